"""``torch.func.functional_call``: a module called with other values for its parameters and buffers."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ..calls import program_classes
from ..calls.argument_types import Value
from ..calls.python_function import define_python
from .functions_by_attribute import M, T
from .module import Module


def functional_call(
    module: Value,
    parameter_and_buffer_dicts: Value,
    args: Value = None,
    kwargs: Value | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call a module with the values of a dict (or several) in place of its parameters, buffers and other tensors, by
    dotted path. What the call itself assigns to one of these goes into the dict.

    Raises RuntimeError where ``strict`` and the names are not the module's, AttributeError for a path it does not have,
    TypeError for what is no tensor, ValueError for two values of one tied parameter.
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
    inside = _tied(own, values) if tie_weights else dict(values)
    if strict:
        _check_names(module, own, inside)
    positional = () if args is None else args if isinstance(args, tuple) else (args,)
    before: dict[str, Any] = {}
    try:
        for name, value in inside.items():
            before[name] = _swap(module, name, value)
        return module(*positional, **(kwargs or {}))
    finally:
        after = {name: _swap(module, name, value) for name, value in reversed(before.items())}
        values.update({name: after[name] for name in values if name in after})  # what the call itself assigned


def _check_names(module: Any, own: dict[str, Tensor], values: dict[str, Any]) -> None:
    unexpected = [name for name in values if name not in own]
    missing = [name for name in own if name not in values]
    text = []
    if unexpected:
        text.append(f"Unexpected key(s): {', '.join(map(repr, unexpected))}.")
    if missing:
        text.append(f"Missing key(s): {', '.join(map(repr, missing))}.")
    if text:
        raise RuntimeError(f"Error(s) in reparametrizing for {type(module).__name__}:\n\t" + "\n\t".join(text))


def _tied(own: dict[str, Tensor], values: dict[str, Any]) -> dict[str, Any]:
    """The values, of a parameter that stands under several names under all of them. Raises ValueError where these are
    given values that differ."""
    names: dict[int, list[str]] = {}
    for name, tensor in own.items():
        names.setdefault(id(tensor), []).append(name)
    out = dict(values)
    for name, value in values.items():
        tied = names.get(id(own[name]), []) if name in own else []
        if any(other in values and values[other] is not value for other in tied):
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(tied)}, which are tied. Consider using "
                "tie_weights=False"
            )
        out.update(dict.fromkeys(tied, value))
    return out


_NOTHING = object()


def _swap(module: Any, path: str, value: Any) -> Any:
    """Put a value in place; what was there, ``_NOTHING`` where nothing was."""
    prefix, _, name = path.rpartition(".")
    inside = module.get_submodule(prefix)
    if value is not _NOTHING and value is not None and not isinstance(value, Tensor):
        raise TypeError(f"{value} is not an instance of torch.Tensor")
    if name == "":
        raise KeyError('tensor name can\'t be empty string ""')
    for table in (inside._parameters, inside._buffers):
        if name in table:
            before = table[name]
            if value is _NOTHING:
                del table[name]
            else:
                table[name] = value
            return before
    try:
        before = program_classes.get(inside, name)
    except AttributeError:
        before = _NOTHING
    if before is not _NOTHING and before is not None and not isinstance(before, Tensor):
        raise TypeError(f"attribute `{name}`: {before} is not an instance of torch.Tensor")
    if value is not _NOTHING:
        program_classes.put(inside, name, value)
    elif before is not _NOTHING:
        program_classes.remove(inside, name)
    return before


def stack_module_state(models: Value) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters and the buffers of modules of one class, each stacked by name: what ``vmap`` over them takes.

    Raises RuntimeError where there is no module, or they differ in class or in mode.
    """
    models = list(models)
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    for model in models:
        if not isinstance(model, Module):
            raise AttributeError(f"'{type(model).__name__}' object has no attribute 'training'")
    if not (all(m.training for m in models) or all(not m.training for m in models)):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if not all(type(m) is type(models[0]) for m in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    params = {}
    for name, own in models[0].named_parameters():
        if len({dict(m.named_parameters())[name].requires_grad for m in models}) > 1:
            raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
        stacked = T.stack([M.detach(dict(m.named_parameters())[name]) for m in models])
        params[name] = M.requires_grad_(stacked) if own.requires_grad else stacked
    buffers = {name: T.stack([dict(m.named_buffers())[name] for m in models]) for name, _ in models[0].named_buffers()}
    return params, buffers


define_python("functional_call", functional_call, into="func")
define_python("stack_module_state", stack_module_state, into="func")
