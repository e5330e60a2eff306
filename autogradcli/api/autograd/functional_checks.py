"""What ``torch.autograd.functional`` checks, in PyTorch's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...engine.tangents import zeros
from ...engine.tensor import Tensor

STRICT = "This is not allowed in strict mode"


def as_tuple(value: Any, word: str, name: str) -> tuple[bool, tuple[Tensor, ...]]:
    """Whether it is a tuple, and it as one. Raises TypeError for anything but tensors."""
    is_tuple = isinstance(value, tuple)
    several = value if is_tuple else (value,)
    for k, x in enumerate(several):
        if not isinstance(x, Tensor):
            what = f"the value at index {k}" if is_tuple else f"the given {word}"
            raise TypeError(
                f"The {word} given to {name} must be either a Tensor or a tuple of Tensors but {what} has type "
                f"{type(x)}."
            )
    return is_tuple, several


def check_requires_grad(tensors: Sequence[Tensor | None], kind: str, strict: bool) -> None:
    """In strict mode, raise RuntimeError for what doesn't depend on the inputs."""
    if not strict:
        return
    for k, t in enumerate(tensors):
        if t is None:
            raise RuntimeError(f"The output of the user-provided function is independent of input {k}. {STRICT}.")
        if t.node is not None:
            continue
        if kind == "hessian":
            raise RuntimeError(
                f"The hessian of the user-provided function with respect to input {k} is independent of the input. "
                f"{STRICT}. You should ensure that your function is thrice differentiable and that the hessian depends "
                "on the inputs."
            )
        if kind == "jacobian":
            raise RuntimeError(
                "While computing the hessian, found that the jacobian of the user-provided function with respect to "
                f"input {k} is independent of the input. {STRICT}. You should ensure that your function is twice "
                "differentiable and that the jacobian depends on the inputs (this would be violated by a linear "
                "function for example)."
            )
        if kind == "grad_inputs":
            raise RuntimeError(
                f"The gradient with respect to input {k} is independent of the inputs of the user-provided function. "
                f"{STRICT}."
            )
        raise RuntimeError(
            f"Output {k} of the user-provided function does not require gradients. The outputs must be computed in a "
            "differentiable manner from the input when running in strict mode."
        )


def check_v(v: Sequence[Tensor], others: Sequence[Tensor], is_tuple: bool) -> None:
    """Raise RuntimeError where the vector doesn't fit what it is multiplied with."""
    if len(v) != len(others):
        if is_tuple:
            raise RuntimeError(f"v is a tuple of invalid length: should be {len(others)} but got {len(v)}.")
        raise RuntimeError("The given v should contain a single Tensor.")
    for k, (x, other) in enumerate(zip(v, others, strict=True)):
        if x.array.shape != other.array.shape:
            entry = f"Entry {k} in " if is_tuple else ""
            raise RuntimeError(f"{entry}v has invalid size: should be {other.shape} but got {x.shape}.")


def single(is_tuple: bool, outputs: Sequence[Tensor], name: str) -> None:
    """Raise RuntimeError unless there is one output of one element."""
    if is_tuple:
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    if outputs[0].array.size != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {name} should contain a single element")


_INDEPENDENT = {
    "back": "The output of the user-provided function is independent of input {k}. This is not allowed in strict mode.",
    "back_trick": "The gradient with respect to the input is independent of entry {k} in the grad_outputs when using "
    "the double backward trick to compute forward mode gradients. This is not allowed in strict mode.",
    "double_back": "The jacobian of the user-provided function is independent of input {k}. This is not allowed in "
    "strict mode.",
    "double_back_trick": "The hessian of the user-provided function is independent of entry {k} in the grad_jacobian. "
    "This is not allowed in strict mode as it prevents from using the double backward trick to replace forward mode "
    "AD.",
}


def filled(
    grads: Sequence[Tensor | None], like: Sequence[Tensor], strict: bool, create_graph: bool, stage: str
) -> tuple[Tensor, ...]:
    """Gradients with zeros where there is no path; in strict mode that is a RuntimeError."""
    out: list[Tensor] = []
    for k, (g, x) in enumerate(zip(grads, like, strict=True)):
        if g is None:
            if strict:
                raise RuntimeError(_INDEPENDENT[stage].format(k=k))
            out.append(zeros(x))
            continue
        if strict and create_graph and g.node is None:
            what = "hessian" if "double" in stage else "jacobian"
            raise RuntimeError(
                f"The {what} of the user-provided function is independent of input {k}. {STRICT} when "
                "create_graph=True."
            )
        out.append(g)
    return tuple(out)
