"""Devices and layouts as programs name them: the CPU, and ``meta``, where tensors have no numbers."""

from __future__ import annotations

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
    are made there of which a call doesn't say where."""

    __slots__ = ("_outer", "type")

    def __init__(self, type: str = "cpu") -> None:
        self.type = type
        self._outer: list[Device | None] = []

    def __enter__(self) -> Device:
        self._outer.append(default_device())
        make_default(self)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("'torch.device' object is not callable")

    def __exit__(self, *problem: object) -> None:
        make_default(self._outer.pop())

    def __repr__(self) -> str:
        return f"device(type='{self.type}')"

    def __str__(self) -> str:
        return self.type

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and other.type == self.type

    def __hash__(self) -> int:
        return hash(self.type)


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


def device(spec: Any) -> Device:
    """A device by name. Raises RuntimeError for what isn't here: there are only the CPU and meta."""
    if isinstance(spec, Device):
        return spec
    if not isinstance(spec, (str, int)):
        raise TypeError(f"device(): argument 'type' (position 1) must be str, not {type(spec).__name__}")
    if str(spec).partition(":")[0] == "cpu":
        return CPU
    if str(spec).partition(":")[0] == "meta":
        return META
    if str(spec).partition(":")[0] == "cuda":
        raise AssertionError("Torch not compiled with CUDA enabled")
    raise RuntimeError(
        "Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, "
        "mps, meta, hpu, mtia, privateuseone device type at start of device string: " + str(spec)[:200]
    )


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
