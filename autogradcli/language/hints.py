"""What we add to an error of Python's or PyTorch's: what to do next. The error's own words stay theirs.

The engine knows more of some errors than their words say (which line changed a saved value) and notes it on the
exception; of the others that beginners meet, the beginning of the message is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..engine.state import state
from ..engine.tensor import Tensor
from . import advice
from .modules import NAMES
from .values.attribute_lookup import names_of


def hint(error: BaseException, message: str, variables: Mapping[str, Any], prelude: Mapping[str, Any]) -> str:
    """One line for the user about an error of this text, "" where there is nothing to add."""
    # A program may have made the error, and given it any fields.
    if isinstance(error, NameError) and type(error.name) is str:
        known = advice.NAMES.get(error.name) or advice.MODULES.get(error.name)
        return known or _did_you_mean(error.name, [*variables, *prelude])
    if isinstance(error, ModuleNotFoundError) and type(error.name) is str:
        if "can't be imported" in message:
            return ""  # which says what to use
        top = error.name.partition(".")[0]
        modules = [*NAMES, "torch", "math", "matplotlib"]
        return "" if top in modules else advice.MODULES.get(top) or _did_you_mean(top, modules)
    if isinstance(error, AttributeError) and type(error.name) is str:
        known = advice.ATTRIBUTES.get(error.name) if isinstance(error.obj, Tensor) else _noted(error)
        return known or _did_you_mean(error.name, names_of(error.obj))
    if noted := _noted(error):
        return noted
    if isinstance(error, TypeError | NotImplementedError) and (known := advice.of_operator(message)):
        return known
    if isinstance(error, RuntimeError):
        if known := advice.of_shapes(message):
            return known
        for beginning, told in _ADVICE.items():
            if message.startswith(beginning):
                return told if isinstance(told, str) else told(variables)
    return ""


def _noted(error: BaseException) -> str:
    """What was noted on an error where it was raised."""
    try:
        return "; ".join(error.__notes__)
    except AttributeError:  # there are none
        return ""


def _did_you_mean(name: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches

    found = get_close_matches(name[:40], {n for n in names if n.startswith("_") == name.startswith("_")}, 1, 0.7)
    return f"did you mean `{found[0]}`?" if found else ""


def _lost_history(variables: Mapping[str, Any]) -> str:
    if not state.grad:
        return "recording is off (no_grad): what is computed now has no history"
    leaves = [f"`{n}`" for n, v in variables.items() if isinstance(v, Tensor) and v.requires_grad and n != "_"]
    if not leaves:
        return "no variable requires grad: say so when you make one, x = torch.tensor([1., 2.], requires_grad=True)"
    named = ", ".join(leaves[:3]) + (", ..." if len(leaves) > 3 else "")
    verb = "requires" if len(leaves) == 1 else "require"
    return (
        f"{named} {verb} grad, but nothing leads there from here: a history ends at detach(), .data, .item(), "
        "under no_grad and in integers"
    )


_INTEGERS = "integers have no gradients: write 2. for 2, or give dtype=torch.float32"

#: How a message of RuntimeError begins, and what to say, or what says it of the program's variables.
_ADVICE: dict[str, str | Callable[[Mapping[str, Any]], str]] = {
    "element 0 of tensors does not require grad": _lost_history,
    "grad can be implicitly created only for scalar outputs": (
        "begin with a scalar, such as its sum(), or give the vector of the vector-Jacobian product: "
        "y.backward(torch.ones_like(y))"
    ),
    "Only Tensors of floating point and complex dtype can require gradients": _INTEGERS,
    "only Tensors of floating point dtype can require gradients": _INTEGERS,
    "Trying to backward through the graph a second time": (
        "the first backward() freed the graph: call that one with retain_graph=True, or compute the value anew"
    ),
    "a leaf Variable that requires grad is being used in an in-place operation": (
        "change it under torch.no_grad(), or make a new tensor: x = x + 1"
    ),
    "a view of a leaf Variable that requires grad is being used in an in-place operation": (
        "change it under torch.no_grad(), or change a clone()"
    ),
    "The size of tensor a (": "shapes are compared from their ends: each pair of sizes must be equal, or one of them 1",
}
