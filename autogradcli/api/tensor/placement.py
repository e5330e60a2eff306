"""Devices and layouts as programs name them: the CPU, and ``meta``, where tensors have no numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from ...engine.modes import ContextMode
from ...engine.state import state
from ...engine.tensor import NO_DATA, MetaTensor, Tensor, to_meta, wrap
from ...numerics.naming import shown_as
from ...numerics.random.generator import default_generator
from ..calls.argument_types import type_name
from ..calls.call_errors import no_overload
from ..calls.call_plans import hooks, meet_default_device


@shown_as("torch.device", in_c=True)
class Device(ContextMode):
    """``torch.device("cpu")``, and ``"meta"``, where tensors have shapes and dtypes but no numbers. ``with`` it tensors
    are made there of which a call doesn't say where. Others, as ``"cuda:1"``, are names: no tensor is made there."""

    __slots__ = ("_outer", "index", "type")

    def __init__(self, type: str = "cpu", index: int | None = None) -> None:
        self.type = type
        self.index = index
        self._outer: list[Device | None] = []

    def __enter__(self) -> Device:
        self._outer.append(default_device())
        make_default(device(self))
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("'torch.device' object is not callable")

    def __exit__(self, *problem: object) -> None:
        make_default(self._outer.pop())

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index & 0xFFFF}"  # it is kept in eight bits with a sign
        return f"device(type='{self.type}'{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and (other.type, other.index) == (self.type, self.index)

    def _compared(self, other: object) -> Any:
        if not isinstance(other, Device):
            return NotImplemented
        raise TypeError("comparison not implemented")

    __lt__ = __le__ = __gt__ = __ge__ = _compared

    def __hash__(self) -> int:
        return hash((self.type, self.index))


@shown_as("torch.layout", in_c=True)
class Layout:
    """``torch.strided``, or that of sparse gradients."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


CPU = Device()
META = Device("meta")
STRIDED = Layout("torch.strided")
SPARSE_CSR = Layout("torch.sparse_csr")


#: The types that a device may name; of these only the CPU and meta are here.
TYPES = (
    "cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, mps, meta, hpu, mtia, "
    "privateuseone"
)
_SPELLED = re.compile(r"([a-zA-Z_]+)(?::(0|[1-9][0-9]*))?", re.ASCII)
_FORMS = ("(torch.device device)", "(str type, int index = -1)")


def parsed(text: str) -> Device:
    """The device that a text names: ``"cpu"``, ``"cuda:1"``. Raises RuntimeError for what names none."""
    if not text:
        raise RuntimeError("Device string must not be empty")
    found = _SPELLED.fullmatch(text)
    if found is None:
        raise RuntimeError(f"Invalid device string: '{text[:200]}'")
    type, index = found.groups()
    if type not in TYPES.split(", "):
        raise RuntimeError(f"Expected one of {TYPES} device type at start of device string: {type[:200]}")
    if index is not None and len(index) > 9:
        raise RuntimeError(f"Could not parse device index '{index[:200]}' in device string '{text[:200]}'")
    return Device(type, None if index is None else _narrow(int(index)))


def _narrow(index: int) -> int:
    """The index in the eight bits that PyTorch keeps of it."""
    return (index + 128) % 256 - 128


def make_device(*args: Any, **kwargs: Any) -> Device:
    """``torch.device(type, index=None)`` or ``torch.device(device)``: it may be one that isn't here.

    Raises TypeError for other arguments, RuntimeError for a text that names no device.
    """
    for name in kwargs:
        if name not in ("type", "index", "device"):
            raise TypeError(f"device() got an unexpected keyword argument '{name}'")
    spec: Any = args[0] if args else kwargs.get("type", kwargs.get("device"))
    whole = isinstance(spec, int) and not isinstance(spec, bool)
    count = len(args) + len(kwargs)
    if not (isinstance(spec, str) or (isinstance(spec, Device) or whole)) or count > 2:
        no_overload("device", args, kwargs, _FORMS)
    if count == 1:
        return Device("cuda", _narrow(spec)) if whole else spec if isinstance(spec, Device) else parsed(spec)
    index = args[1] if len(args) == 2 else kwargs.get("index")
    if not isinstance(spec, str):
        raise TypeError(f"device(): argument 'type' (position 1) must be str, not {type_name(spec)}")
    if index is not None and type(index) is not int:
        raise TypeError(f"device(): argument 'index' (position 2) must be int, not {type_name(index)}")
    made = parsed(spec)
    if index is None:
        return made
    if made.index is not None:
        raise RuntimeError(f"type (string) must not include an index because index was passed explicitly: {spec}")
    if index < 0:
        raise RuntimeError("Device index must not be negative")
    return Device(made.type, _narrow(index))


def device(spec: Any) -> Device:
    """The device on which tensors lie that are put where ``spec`` says: a device, its text, the index of one of CUDA's.

    Raises AssertionError for a device of CUDA, RuntimeError for others that aren't here: there are the CPU and meta.
    """
    named = spec if isinstance(spec, Device) else make_device(spec)
    if named.type == "cpu":
        return CPU
    if named.type == "meta":
        return META
    if named.type == "cuda":
        raise AssertionError("Torch not compiled with CUDA enabled")
    raise RuntimeError(f"PyTorch is not linked with support for {named.type} devices")


def default_device() -> Device | None:
    """Where tensors are made of which a call says nothing; None for the CPU."""
    found: Device | None = state.flags.get("device")
    return found


def make_default(wanted: Device | None) -> None:
    """Make tensors there from now on. An optimizer, a layer and all else that makes tensors goes by it."""
    if wanted is not None and wanted.type != "cpu":
        meet_default_device()
        state.flags["device"] = wanted
    else:
        state.flags.pop("device", None)


def place(spec: Any, implementation: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """A result on the device that a call names. Raises NotImplementedError for numbers of a tensor of meta."""
    if spec is not None and device(spec).type == "meta":
        before = default_generator.get_state()
        result = implementation(*arguments)
        default_generator.set_state(before)  # where there are no numbers none were drawn
    else:
        result = implementation(*arguments)
    if spec is None or not isinstance(result, Tensor):
        return result
    if device(spec).type == "cpu":
        if isinstance(result, MetaTensor):
            raise NotImplementedError(NO_DATA)
        return result
    if any(result is argument for argument in arguments) and not isinstance(result, MetaTensor):
        result = wrap(result.array)
    return to_meta(result)


hooks.place = place
hooks.default = default_device
