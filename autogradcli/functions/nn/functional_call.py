"""``torch.func.functional_call``: a module called with other values for its parameters and buffers."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ..python_function import define_python
from .module import Module


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call a module with the values of a dict (or several) in place of its parameters and buffers, by dotted path.

    Raises RuntimeError where ``strict`` and the names are not the module's, KeyError for a path it does not have.
    """
    if not isinstance(module, Module):
        raise TypeError(f"Expected module to be an instance of torch.nn.Module, but got {type(module)}")
    several = parameter_and_buffer_dicts
    values: dict[str, Any] = {}
    if isinstance(several, dict):
        values = several
    elif isinstance(several, (tuple, list)):
        if not all(isinstance(each, dict) for each in several):
            raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
        for each in several:
            repeated = [name for name in each if name in values]
            if repeated:
                raise ValueError(
                    f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous"
                )
            values = {**values, **each}
    else:
        raise ValueError(
            f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(several)}"
        )
    own = {
        **dict(module.named_parameters(remove_duplicate=False)),
        **dict(module.named_buffers(remove_duplicate=False)),
    }
    if strict:
        _check_names(own, values)
    if tie_weights:
        values = {**_tied(own, values), **values}
    positional = () if args is None else args if isinstance(args, tuple) else (args,)
    before = [_swap(module, name, value) for name, value in values.items()]
    try:
        return module(*positional, **(kwargs or {}))
    finally:
        for table, name, value in reversed(before):
            table[name] = value


def _check_names(own: dict[str, Tensor], values: dict[str, Any]) -> None:
    unexpected = [name for name in values if name not in own]
    missing = [name for name in own if name not in values]
    text = []
    if unexpected:
        text.append(f"Unexpected key(s): {', '.join(map(repr, unexpected))}.")
    if missing:
        text.append(f"Missing key(s): {', '.join(map(repr, missing))}.")
    if text:
        raise RuntimeError("Error(s) in loading state_dict:\n\t" + "\n\t".join(text))


def _tied(own: dict[str, Tensor], values: dict[str, Any]) -> dict[str, Any]:
    """A parameter that stands under several names is replaced under all of them."""
    given = {id(own[name]): value for name, value in values.items() if name in own}
    return {name: given[id(value)] for name, value in own.items() if id(value) in given}


def _swap(module: Any, path: str, value: Any) -> tuple[dict[str, Any], str, Any]:
    """Put a value in place; where, and what was there."""
    prefix, _, name = path.rpartition(".")
    inside = module.get_submodule(prefix)
    for table in (inside._parameters, inside._buffers):
        if name in table:
            before = table[name]
            table[name] = value
            return table, name, before
    raise KeyError(f"{name}")


define_python("functional_call", functional_call, into="func")
