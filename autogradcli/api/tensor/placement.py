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
        return f"device(type='{self.type}'{'' if self.index is None else f', index={self.index}'})"

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


_TYPES = (
    "cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, mps, meta, hpu, mtia, "
    "privateuseone"
)
_SPELLED = re.compile(r"([a-zA-Z_]+)(?::(0|[1-9][0-9]*))?")


def _index_of(index: int) -> int:
    """A device's index, which PyTorch keeps in eight bits. Raises RuntimeError for a negative one."""
    if index < 0:
        raise RuntimeError("Device index must not be negative")
    return index & 0xFF if index & 0x80 == 0 else (index & 0xFF) - 0x100 & 0xFFFF


def named_device(spec: Any) -> Device:
    """A device by name, which need not be here. Raises RuntimeError for what is no device's name, and for a number,
    which stands for the accelerator of that number."""
    if isinstance(spec, Device):
        return spec
    if isinstance(spec, int):
        raise RuntimeError("Cannot access accelerator device when none is available.")
    if not spec:
        raise RuntimeError("Device string must not be empty")
    found = _SPELLED.fullmatch(spec)
    if found is None:
        raise RuntimeError(f"Invalid device string: '{spec[:200]}'")
    name, index = found.groups()
    if name not in _TYPES.split(", "):
        raise RuntimeError(f"Expected one of {_TYPES} device type at start of device string: {name[:200]}")
    return Device(name, None if index is None else _index_of(int(index)))


def device_at(type: str, index: int) -> Device:
    """``torch.device("cuda", 1)``. Raises RuntimeError where the name has an index of its own."""
    named = named_device(type)
    if named.index is not None:
        raise RuntimeError(f"type (string) must not include an index because index was passed explicitly: {type[:200]}")
    return Device(named.type, _index_of(index))


def device(spec: Any) -> Device:
    """A device that is here: the CPU or meta. Raises AssertionError and RuntimeError for others."""
    named = named_device(spec)
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
