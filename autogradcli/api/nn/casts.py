"""A module's tensors as another dtype, or on other memory: ``to``, ``half``, ``to_empty``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.tensor import MetaTensor, to_meta, with_numbers
from ...numerics.dtypes import COMPLEX, FLOATING, DType, bfloat16, float16, float32, float64, real_for
from ..calls.uninitialized import Uninitialized, held
from ..tensor.memory_format import empty_like
from ..tensor.placement import default_device
from ..tensor.placement import device as device_of
from .functions_by_attribute import M
from .hooked import Hooked
from .module_to import wanted

_NO_WAY_BACK = (
    "Cannot copy out of meta tensor; no data! Please use torch.nn.Module.to_empty() instead of torch.nn.Module.to() "
    "when moving module from meta to a different device."
)


class Cast(Hooked):
    """The part of ``nn.Module`` that changes what its tensors are made of."""

    __module__ = "torch.nn.modules.module"

    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    parameters: Callable[..., Any]
    buffers: Callable[..., Any]
    children: Callable[..., Any]

    def _convert(self, dtype: DType, kinds: tuple[int, ...] = (FLOATING,)) -> Cast:
        """Cast what is of these kinds; complex numbers lose their imaginary part where the dtype is no complex one."""
        for module in self.children():
            module._convert(dtype, kinds)
        for parameter in self._parameters.values():
            if parameter is not None and parameter.dtype.category in kinds:
                for part in (parameter, parameter.grad):
                    if part is not None:
                        part.rebind(real_for(held(part), dtype.np).astype(dtype.np, copy=False))
        for name, buffer in self._buffers.items():
            if isinstance(buffer, Uninitialized):
                buffer.rebind(buffer.held.astype(dtype.np))
            elif buffer is not None and buffer.dtype.category in kinds:
                self._buffers[name] = M.to(buffer, dtype)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Cast:
        """Cast floating and complex parameters and buffers to a dtype, and lay those of images and volumes out in a
        memory format; or leave them without numbers, on meta. Raises NotImplementedError for the way back."""
        dtype, memory_format, device = wanted(args, kwargs)
        for tensor in (*self.parameters(), *self.buffers()) if device is not None else ():
            if device is not None and device.type == "meta":
                to_meta(tensor)
            elif isinstance(tensor, MetaTensor):
                raise NotImplementedError(_NO_WAY_BACK)
        if dtype is not None:
            self._convert(dtype, (FLOATING, COMPLEX))
        for tensor in (*self.parameters(), *self.buffers()) if memory_format is not None else ():
            if not isinstance(tensor, Uninitialized) and tensor.array.ndim in (4, 5):
                laid = empty_like(tensor.array, memory_format, tensor.array.dtype)
                laid[...] = tensor.array
                tensor.rebind(laid)
        return self

    def double(self) -> Cast:
        """Cast floating parameters and buffers to float64."""
        return self._convert(float64)

    def float(self) -> Cast:
        """Cast floating parameters and buffers to float32."""
        return self._convert(float32)

    def half(self) -> Cast:
        """Cast floating parameters and buffers to float16."""
        return self._convert(float16)

    def bfloat16(self) -> Cast:
        """Cast floating parameters and buffers to bfloat16."""
        return self._convert(bfloat16)

    def cpu(self) -> Cast:
        """This module: it is on the CPU."""
        return self

    def cuda(self, device: Any = None) -> Cast:
        """The module itself. Raises AssertionError where there is something to move: there is only the CPU."""
        if [*self.parameters(), *self.buffers()]:
            raise AssertionError("Torch not compiled with CUDA enabled")
        return self

    def type(self, dst_type: DType) -> Cast:
        """Cast parameters and buffers to a dtype. Raises TypeError for what is none."""
        if not isinstance(dst_type, DType):
            raise TypeError("dtype must be a type, str, or dtype object")
        return self._convert(dst_type, (FLOATING, COMPLEX))

    def to_empty(self, *, device: Any, recurse: bool = True) -> Cast:
        """Give every parameter and buffer new memory of the same shape, with zeros, on the CPU or on meta."""
        there = default_device() if device is None else device_of(device)
        for group in (self._parameters, self._buffers):
            for tensor in group.values():
                if tensor is not None:
                    tensor.rebind(np.zeros_like(tensor.array))
                    if there is not None and there.type == "meta":
                        to_meta(tensor)
                    else:
                        with_numbers(tensor)
        for module in self._modules.values() if recurse else ():
            if module is not None:
                module.to_empty(device=device)
        return self

    def share_memory(self) -> Cast:
        """This module: there is one process."""
        return self
