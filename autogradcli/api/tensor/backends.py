"""What programs ask and tell about the machine before they begin: ``torch.backends``, threads, determinism.

A setting keeps what it was set to and nothing here goes by it: there is one device, sums are always made in the same
order, and products of float32 in float32. What asks for a device that is not there is told so.
"""

from __future__ import annotations

import os
from typing import Any

from ...engine.modes import ContextMode
from ...engine.state import state
from ...numerics.naming import shown_as
from ..calls.argument_types import type_name
from ..calls.python_function import PythonFunction, define_python
from ..calls.registry import Property, namespace
from .placement import CPU, Device, default_device, make_default
from .placement import device as device_of

NO_ACCELERATOR = "Cannot access accelerator device when none is available."

#: module -> setting -> what it is until a program sets it
SETTINGS: dict[str, dict[str, Any]] = {
    "torch.backends.cudnn": {
        "enabled": True, "benchmark": False, "deterministic": False, "allow_tf32": True, "benchmark_limit": 10,
    },
    "torch.backends.cuda.matmul": {
        "allow_tf32": False, "fp32_precision": "none", "allow_fp16_reduced_precision_reduction": True,
        "allow_bf16_reduced_precision_reduction": True,
    },
    "torch.backends.mkldnn": {"enabled": True},
    "torch.backends.opt_einsum": {"enabled": False, "strategy": None},
}  # fmt: skip


def _setting(place: str, name: str, usual: Any) -> Property:
    key = f"{place}.{name}"

    def put(module: Any, value: Any) -> None:
        if usual is not None and type(value) is not type(usual):
            raise RuntimeError(f"{key} must be {type(usual).__name__}, not {type_name(value)}")
        state.flags[key] = value

    return Property(lambda module: state.flags.get(key, usual), put, doc="A setting that changes nothing here.")


# -- devices -------------------------------------------------------------------------------------------------------


def is_available() -> bool:
    """Whether it is there."""
    return False


def device_count() -> int:
    """How many such devices there are."""
    return 0


def current_accelerator(check_available: bool = False) -> None:
    """The device beside the CPU: None."""


def synchronize(device: Any = None) -> None:
    """Raises RuntimeError: there is only the CPU."""
    raise RuntimeError(NO_ACCELERATOR)


def set_device_index(device: Any) -> None:
    """Raises RuntimeError: there is only the CPU."""
    raise RuntimeError(NO_ACCELERATOR)


def current_device_index() -> int:
    """Raises RuntimeError: there is only the CPU."""
    raise RuntimeError(NO_ACCELERATOR)


def manual_seed(seed: int) -> None:
    """Seed the random numbers of a device that is not there: nothing happens."""
    int(seed)


def version() -> None:
    """The version of a library that is not there: None."""


def get_cpu_capability() -> str:
    """Which instructions the kernels are written for: no special ones."""
    return "DEFAULT"


def get_fastpath_enabled() -> bool:
    """Whether layers of attention may take a shorter way in evaluation: there is one way here."""
    return bool(state.flags.get("fastpath", True))


def set_fastpath_enabled(value: bool) -> None:
    """Allow layers of attention a shorter way in evaluation: there is one way here."""
    state.flags["fastpath"] = bool(value)


def set_default_device(device: Any) -> None:
    """Where tensors are made of which a call doesn't say where: ``"cpu"``, ``"meta"``, or None, as it was."""
    make_default(None if device is None else device_of(device))


def get_default_device() -> Device:
    """Where tensors are made of which a call doesn't say where."""
    return default_device() or CPU


# -- how the work is done --------------------------------------------------------------------------------------------


def _threads(name: str) -> tuple[Any, Any]:
    def get() -> int:
        return int(state.flags.get(name, os.cpu_count() or 1))

    def put(count: Any) -> None:
        if isinstance(count, bool) or not isinstance(count, int):
            raise RuntimeError(f"set_{name} expects an int, but got {type_name(count)}")
        if count <= 0:
            raise RuntimeError(f"set_{name} expects a positive integer")
        state.flags[name] = count

    return get, put


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Ask for the same result each time, which is so here in any case. Raises TypeError for what is no bool."""
    if not isinstance(mode, bool):
        raise TypeError(
            f"_set_deterministic_algorithms(): argument 'mode' (position 1) must be bool, not {type_name(mode)}"
        )
    state.flags["deterministic"] = (1 if warn_only else 2) if mode else 0


def are_deterministic_algorithms_enabled() -> bool:
    """What ``use_deterministic_algorithms`` said last."""
    return get_deterministic_debug_mode() > 0


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether ``use_deterministic_algorithms`` was told to warn only."""
    return get_deterministic_debug_mode() == 1


def get_deterministic_debug_mode() -> int:
    """0: any algorithm; 1: a warning, 2: an error for one that may differ each time."""
    return int(state.flags.get("deterministic", 0))


def set_deterministic_debug_mode(debug_mode: Any) -> None:
    """Set it by number or name (default, warn, error). Raises RuntimeError for any other."""
    names = {"default": 0, "warn": 1, "error": 2}
    if isinstance(debug_mode, str) and debug_mode in names:
        debug_mode = names[debug_mode]
    if not isinstance(debug_mode, int) or not 0 <= debug_mode <= 2:
        raise RuntimeError(
            "invalid value of debug_mode, expected 0, 1, 2 or one of `default`, `warn`, `error`, but got "
            + (str(debug_mode)[:100] if isinstance(debug_mode, (str, int)) else type_name(debug_mode))
        )
    state.flags["deterministic"] = int(debug_mode)


def set_float32_matmul_precision(precision: str) -> None:
    """Allow faster products of less precise numbers: highest, high or medium. All are exact to float32 here."""
    if precision not in ("highest", "high", "medium"):
        state.warn(
            "UserWarning",
            f"{precision} is not one of 'highest', 'high', or 'medium'; the currentsetFloat32MatmulPrecision call has "
            "no effect.",
        )
        return
    state.flags["precision"] = precision


def get_float32_matmul_precision() -> str:
    """What ``set_float32_matmul_precision`` said last."""
    return str(state.flags.get("precision", "highest"))


def set_flush_denormal(mode: bool) -> bool:
    """Ask for numbers near zero to be zero: False, which says that it can't be done."""
    return False


@shown_as("contextlib._GeneratorContextManager")
class Flags(ContextMode):
    """``torch.backends.cudnn.flags(...)``: settings that hold within it."""

    __slots__ = ("before", "values")

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def __enter__(self) -> None:
        self.before = dict(state.flags)
        state.flags.update(self.values)

    def __exit__(self, *problem: object) -> None:
        state.flags = self.before


def flags(
    enabled: bool = False,
    benchmark: bool = False,
    benchmark_limit: int = 10,
    deterministic: bool = False,
    allow_tf32: bool = True,
) -> Flags:
    """Settings of cuDNN that hold within it, and change nothing here."""
    values = {
        "enabled": enabled, "benchmark": benchmark, "benchmark_limit": benchmark_limit,
        "deterministic": deterministic, "allow_tf32": allow_tf32,
    }  # fmt: skip
    return Flags({f"torch.backends.cudnn.{name}": value for name, value in values.items()})


def _enter(home: str, *functions: Any) -> None:
    table = namespace(home)
    for function in functions:
        table[function.__name__] = PythonFunction(function.__name__, function, home)


def _cpu_available() -> bool:
    """Whether there is a CPU: True."""
    return True


def _cpu_count() -> int:
    """How many CPUs there are as devices: 1."""
    return 1


def _cpu_synchronize(device: Any = None) -> None:
    """Wait until the CPU has done all: it has."""


def _register() -> None:
    for place, usual in SETTINGS.items():
        for name, value in usual.items():
            namespace(place)[name] = _setting(place, name, value)
    for place in ("mkl", "mkldnn", "openmp", "opt_einsum", "cusparselt"):
        _enter(f"torch.backends.{place}", is_available)
    _enter("torch.backends.cudnn", version, flags)
    _enter("torch.backends.cpu", get_cpu_capability)
    _enter("torch.backends.mha", get_fastpath_enabled, set_fastpath_enabled)
    _enter(
        "torch.accelerator", is_available, device_count, current_accelerator, synchronize, set_device_index,
        current_device_index,
    )  # fmt: skip
    for place in ("torch.mps", "torch.xpu"):
        _enter(place, is_available, device_count, manual_seed)
    for name, function in (
        ("is_available", _cpu_available),
        ("device_count", _cpu_count),
        ("synchronize", _cpu_synchronize),
    ):
        namespace("torch.cpu")[name] = PythonFunction(name, function, "torch.cpu")
    for name in ("num_threads", "num_interop_threads"):
        get, put = _threads(name)
        define_python(f"get_{name}", get)
        define_python(f"set_{name}", put)
    for each in (
        set_default_device, get_default_device, use_deterministic_algorithms, are_deterministic_algorithms_enabled,
        is_deterministic_algorithms_warn_only_enabled, get_deterministic_debug_mode, set_deterministic_debug_mode,
        set_float32_matmul_precision, get_float32_matmul_precision, set_flush_denormal,
    ):  # fmt: skip
        define_python(each.__name__, each)


_register()
