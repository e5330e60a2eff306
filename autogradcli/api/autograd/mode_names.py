"""The modes of autograd as the language names them: ``no_grad``, ``inference_mode``, anomaly detection, hooks on saved
tensors, the default dtype, print options."""

from __future__ import annotations

from typing import Any

from ...engine.anomaly import ENABLED
from ...engine.modes import (
    AnomalyMode,
    ContextMode,
    Decorated,
    InferenceMode,
    SavedTensorsHooks,
    SetAnomalyMode,
    SetGradEnabled,
    enable_grad,
    no_grad,
)
from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.overloads import PLACES
from ..calls.python_function import define_python, renamed
from ..calls.registry import namespace
from ..tensor.tensor_text import get_printoptions, set_printoptions

#: The modules of the modes that are not in ``grad_mode``.
HOMES = {"detect_anomaly": "anomaly_mode", "set_detect_anomaly": "anomaly_mode", "saved_tensors_hooks": "graph"}
_PLACES = {"autocast": "torch.amp.autocast_mode"}


#: The modes that are given nothing but, as decorators, a function.
_NO_PARAMETERS = frozenset({"no_grad", "enable_grad"})


@shown_as("type")
class ModeFunction:
    """``no_grad``: called it gives a context; given a function it decorates it."""

    __slots__ = ("doc", "make", "name")

    def __init__(self, name: str, make: Any, doc: str) -> None:
        self.name = name
        self.make = renamed(make, f"{name}.__init__")
        self.doc = doc

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not args and not kwargs:
            return self.make()
        if self.name in _NO_PARAMETERS:
            return self._decorating(args, kwargs)
        given = [*args, *kwargs.values()]
        if len(given) == 1 and callable(given[0]) and not isinstance(given[0], (bool, Tensor)):
            return Decorated(self.make(), given[0])
        return self.make(*args, **kwargs)

    def _decorating(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """``no_grad`` with an argument decorates it, whatever it is. Raises TypeError for more, and for None."""
        where = "_NoParamDecoratorContextManager.__new__()"
        for name in kwargs:
            if name != "orig_func":
                raise TypeError(f"{where} got an unexpected keyword argument '{name}'")
        given = [*args, *kwargs.values()]
        if len(given) > 1:
            raise TypeError(f"{where} takes from 1 to 2 positional arguments but {1 + len(given)} were given")
        if given[0] is None:
            raise TypeError(f"{self.name}.__init__() takes 1 positional argument but 2 were given")
        return Decorated(self.make(), given[0])

    def __repr__(self) -> str:
        place = _PLACES.get(self.name) or f"torch.autograd.{HOMES.get(self.name, 'grad_mode')}"
        return f"<class '{place}.{self.name}'>"


def detect_anomaly(check_nan: bool = True) -> ContextMode:
    state.warn("UserWarning", ENABLED)
    return AnomalyMode(True, check_nan)


def set_grad_enabled(mode: Any) -> ContextMode:
    if not isinstance(mode, bool):
        raise TypeError(f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {type(mode).__name__}")
    return SetGradEnabled(mode)


set_grad_enabled.__qualname__ = "set_grad_enabled.__init__"


def is_multithreading_enabled() -> bool:
    """What ``set_multithreading_enabled`` said last."""
    return state.multithreading


class MultithreadingMode(ContextMode):
    """``set_multithreading_enabled(mode)``: kept for programs that say it; the backward pass has one thread."""

    __slots__ = ("previous",)

    title = "torch.autograd.grad_mode.set_multithreading_enabled"

    def __init__(self, mode: bool) -> None:
        self.previous = state.multithreading
        state.multithreading = bool(mode)

    def __enter__(self) -> None:
        return None

    def __exit__(self, *problem: object) -> None:
        state.multithreading = self.previous


shown_as(MultithreadingMode.title)(MultithreadingMode)


def is_grad_enabled() -> bool:
    """Whether operations are recorded now."""
    return state.grad


def is_inference_mode_enabled() -> bool:
    """Whether inference mode is on."""
    return state.inference


def is_anomaly_enabled() -> bool:
    """Whether the backward pass looks for NaN."""
    return state.anomaly


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly detection checks for NaN."""
    return state.anomaly_check_nan


def set_default_dtype(d: DType) -> None:
    """Set the floating dtype that numbers get. Raises TypeError for any other dtype."""
    if not isinstance(d, DType):
        raise TypeError("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    if d in dtypes.FLOAT8:
        raise TypeError(f"couldn't find storage object {d.type_name}Storage")
    dtypes.default.set(d)


def get_default_dtype() -> DType:
    """The floating dtype that numbers get."""
    return dtypes.default.dtype


def set_options(
    precision: Any = None,
    threshold: Any = None,
    edgeitems: Any = None,
    linewidth: Any = None,
    profile: Any = None,
    sci_mode: Any = None,
) -> None:
    """How tensors are printed: digits, when to summarise and how much to show then, line width, notation."""
    set_printoptions(precision, threshold, edgeitems, linewidth, profile, sci_mode)


class PrintOptions(ContextMode):
    """``torch._tensor_str.printoptions(precision=2)``: how tensors are printed within it."""

    __slots__ = ("before", "wanted")

    def __init__(self, wanted: dict[str, Any]) -> None:
        self.wanted = wanted
        self.before: list[dict[str, Any]] = []

    def fresh(self) -> PrintOptions:
        return PrintOptions(self.wanted)

    def __enter__(self) -> None:
        self.before.append(get_printoptions())
        namespace("torch")["set_printoptions"](**self.wanted)  # which refuses what is no option

    def __exit__(self, *problem: object) -> None:
        set_printoptions(**self.before.pop())


def printoptions(**kwargs: Any) -> PrintOptions:
    """The options of ``set_printoptions`` for the while of a ``with``."""
    return PrintOptions(kwargs)


def is_tensor(obj: Value) -> bool:
    """Whether a value is a tensor."""
    return isinstance(obj, Tensor)


def _register() -> None:
    for name, make, doc in (
        ("no_grad", no_grad, "Operations inside are not recorded."),
        ("enable_grad", enable_grad, "Operations inside are recorded."),
        ("inference_mode", InferenceMode, "No recording, for good."),
        ("set_grad_enabled", set_grad_enabled, "Recording on or off."),
        ("set_multithreading_enabled", MultithreadingMode, "One thread or more in the backward pass."),
    ):
        mode = ModeFunction(name, make, doc)
        for place in ("torch", "torch.autograd", "torch.autograd.grad_mode"):
            if place != "torch" or make is not MultithreadingMode:
                namespace(place)[name] = mode
    autograd = namespace("torch.autograd")
    autograd["set_detect_anomaly"] = ModeFunction("set_detect_anomaly", SetAnomalyMode, "Stop at the first NaN made.")
    autograd["detect_anomaly"] = ModeFunction("detect_anomaly", detect_anomaly, "Stop at the first NaN made.")
    graph = namespace("torch.autograd.graph")
    graph["saved_tensors_hooks"] = ModeFunction(
        "saved_tensors_hooks", SavedTensorsHooks, "How nodes keep what they save."
    )
    for name, dtype in dtypes.NAMES.items():
        namespace("torch")[name] = dtype
    for name, value in (
        ("pi", 3.141592653589793),
        ("e", 2.718281828459045),
        ("inf", float("inf")),
        ("nan", float("nan")),
    ):
        namespace("torch")[name] = value
    for function in (
        is_grad_enabled, is_inference_mode_enabled, is_anomaly_enabled, is_anomaly_check_nan_enabled,
        set_default_dtype, get_default_dtype, is_tensor,
    ):  # fmt: skip
        define_python(function.__name__, function)
    define_python("set_printoptions", set_options)
    PLACES["tensor_str"] = ("torch._tensor_str", "")
    define_python("set_printoptions", set_options, into="tensor_str")
    define_python("get_printoptions", get_printoptions, into="tensor_str")
    define_python("printoptions", printoptions, into="tensor_str")
    define_python("is_multithreading_enabled", is_multithreading_enabled, into="autograd")


_register()
