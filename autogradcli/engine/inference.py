"""Tensors of inference mode: they are never recorded, and say so where one is to be saved for a backward pass."""

from __future__ import annotations

from typing import Any

from .tensor import Tensor

INFERENCE_SAVED = (
    "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
    "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it in "
    "autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
)


class InferenceCounter(list[int]):
    """The version counter of an inference tensor: there is none, so whoever reads it to save the tensor for backward
    gets an error. (``Tensor.version`` reads it otherwise.)"""

    def __getitem__(self, index: Any) -> Any:
        raise RuntimeError(INFERENCE_SAVED)


def mark_inference(t: Tensor) -> None:
    """Make a tensor that was just made one of inference mode."""
    t.need_meta().inference = True
    t.counter = InferenceCounter((0,))
