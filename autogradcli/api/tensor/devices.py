"""``torch.cuda`` and its like, for programs that ask which device there is: only the CPU."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ..calls.python_function import PythonFunction, define_python
from ..calls.registry import namespace

NO_CUDA = "Torch not compiled with CUDA enabled"


def is_available() -> bool:
    """Whether there is such a device: there is none."""
    return False


def is_initialized() -> bool:
    """Whether such a device is in use: there is none."""
    return False


def is_built() -> bool:
    """Whether such devices are known: they are not."""
    return False


def device_count() -> int:
    """How many such devices there are: none."""
    return 0


def manual_seed(seed: int) -> None:
    """Seed the random numbers of a device that is not there: nothing happens."""
    int(seed)


def manual_seed_all(seed: int) -> None:
    """Seed the random numbers of all such devices: there is none."""
    int(seed)


def empty_cache() -> None:
    """Give back memory of a device that is not there: nothing happens."""


def seed() -> None:
    """Seed the random numbers of a device that is not there: nothing happens."""


def seed_all() -> None:
    """Seed the random numbers of all such devices: there is none."""


def memory_allocated(device: Any = None) -> int:
    """Bytes of tensors on a device that is not there."""
    return 0


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes of tensors on a device that is not there."""
    return 0


def memory_reserved(device: Any = None) -> int:
    """Bytes kept on a device that is not there."""
    return 0


def max_memory_reserved(device: Any = None) -> int:
    """The most bytes kept on a device that is not there."""
    return 0


def reset_peak_memory_stats(device: Any = None) -> None:
    """Begin to measure memory anew: there is nothing to measure."""


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether the device computes in bfloat16: there is none."""
    return False


def get_arch_list() -> list[str]:
    """Kinds of such devices that are known: none."""
    return []


def current_device() -> int:
    """Raises AssertionError: there is only the CPU."""
    raise AssertionError(NO_CUDA)


def synchronize(device: Any = None) -> None:
    """Raises AssertionError: there is only the CPU."""
    raise AssertionError(NO_CUDA)


def get_device_name(device: Any = None) -> str:
    """Raises AssertionError: there is only the CPU."""
    raise AssertionError(NO_CUDA)


def get_device_properties(device: Any = None) -> None:
    """Raises AssertionError: there is only the CPU."""
    raise AssertionError(NO_CUDA)


def get_device_capability(device: Any = None) -> None:
    """Raises AssertionError: there is only the CPU."""
    raise AssertionError(NO_CUDA)


def set_device(device: Any) -> None:
    """Raises AssertionError: there is only the CPU."""
    raise AssertionError(NO_CUDA)


def Event(enable_timing: bool = False, blocking: bool = False, interprocess: bool = False) -> None:
    """Raises RuntimeError: there is only the CPU."""
    raise RuntimeError("Tried to instantiate dummy base class Event")


def Stream(device: Any = None, priority: int = 0) -> None:
    """Raises RuntimeError: there is only the CPU."""
    raise RuntimeError("torch.cuda.Stream requires CUDA support")


def current_stream(device: Any = None) -> None:
    """Raises AssertionError: there is only the CPU."""
    raise AssertionError(NO_CUDA)


def _cuda(self: Tensor, device: Any = None, non_blocking: bool = False, memory_format: Any = None) -> Tensor:
    """Raises AssertionError: there is only the CPU."""
    raise AssertionError(NO_CUDA)


def _register() -> None:
    define_python("cuda", _cuda, into="Tensor")
    tables = {
        "torch.cuda": (
            is_available, is_initialized, device_count, manual_seed, manual_seed_all, empty_cache, current_device,
            synchronize, get_device_name, seed, seed_all, memory_allocated, max_memory_allocated, memory_reserved,
            max_memory_reserved, reset_peak_memory_stats, is_bf16_supported, get_arch_list, get_device_properties,
            get_device_capability, set_device, Event, Stream, current_stream,
        ),
        "torch.backends.cuda": (is_built,),
        "torch.backends.mps": (is_available, is_built),
        "torch.backends.cudnn": (is_available,),
    }  # fmt: skip
    for home, functions in tables.items():
        for function in functions:
            namespace(home)[function.__name__] = PythonFunction(function.__name__, function, home)


_register()
