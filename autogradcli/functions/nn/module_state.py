"""``state_dict`` and ``load_state_dict``: a module's values by dotted path, out and in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...engine.limits import check_items, run
from ...engine.state import state
from ...engine.tensor import Parameter, Tensor
from ..registry import Property, attributes_of
from .names import M


class OrderedDict(dict[str, Any]):
    """What ``state_dict`` returns; it prints as PyTorch's."""

    def __repr__(self) -> str:
        return f"OrderedDict({list(self.items())!r})" if self else "OrderedDict()"


OrderedDict.__module__ = "collections"


class Loaded(tuple[list[str], list[str]]):
    """What ``load_state_dict`` returns: ``missing_keys`` and ``unexpected_keys``."""

    __slots__ = ()

    def __repr__(self) -> str:
        missing, unexpected = self
        if not missing and not unexpected:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={missing!r}, unexpected_keys={unexpected!r})"


Loaded.__name__ = Loaded.__qualname__ = "_IncompatibleKeys"
Loaded.__module__ = "torch.nn.modules.module"
attributes_of(Loaded)["missing_keys"] = Property(lambda loaded: loaded[0])
attributes_of(Loaded)["unexpected_keys"] = Property(lambda loaded: loaded[1])


def _entries(module: Any, prefix: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(key, name, the table that holds it) of each parameter and persistent buffer of this module alone."""
    for name, value in module._parameters.items():
        if value is not None:
            yield prefix + name, name, module._parameters
    for name, value in module._buffers.items():
        if value is not None and name not in module._non_persistent_buffers_set:
            yield prefix + name, name, module._buffers


def save_state_dict(module: Any, into: OrderedDict, prefix: str, keep_vars: bool) -> OrderedDict:
    run.spend(0)
    for key, name, table in _entries(module, prefix):
        run.spend(len(key))
        check_items(len(into))
        into[key] = table[name] if keep_vars else M.detach(table[name])
    for name, inside in module._modules.items():
        if inside is not None:
            save_state_dict(inside, into, f"{prefix}{name}.", keep_vars)
    return into


def load_state_dict(module: Any, values: Any, strict: bool, assign: bool) -> Loaded:
    if not isinstance(values, Mapping):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(values)}.")
    missing: list[str] = []
    known: set[str] = set()
    errors: list[str] = []
    for path, inside in module.named_modules(remove_duplicate=False):
        for key, name, table in _entries(inside, path + "." if path else ""):
            known.add(key)
            if key not in values:
                missing.append(key)
                continue
            problem = _load(key, name, table, values[key], assign)
            if problem:
                errors.append(problem)
    unexpected = [key for key in values if key not in known]
    if strict:
        problems = []
        if unexpected:
            problems.append("Unexpected key(s) in state_dict: {}. ".format(", ".join(f'"{key}"' for key in unexpected)))
        if missing:
            problems.insert(0, "Missing key(s) in state_dict: {}. ".format(", ".join(f'"{key}"' for key in missing)))
        errors = problems + errors
    if errors:
        listed = "\n\t".join(errors)
        raise RuntimeError(f"Error(s) in loading state_dict for {type(module).__name__}:\n\t{listed}")
    return Loaded((missing, unexpected))


def _load(key: str, name: str, table: dict[str, Any], value: Any, assign: bool) -> str:
    """Put one value in place; what is wrong with it, if anything."""
    own: Tensor = table[name]
    if not isinstance(value, Tensor):
        return (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint '
            f"but received {type(value)}"
        )
    if own.array.ndim == 0 and value.array.shape == (1,):
        value = M.select(value, 0, 0)
    if own.array.shape != value.array.shape:
        return (
            f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, the shape in current "
            f"model is {own.shape}."
        )
    before, state.grad = state.grad, False
    try:
        if not assign:
            M.copy_(own, value)
        elif isinstance(own, Parameter) and not isinstance(value, Parameter):
            fresh = Parameter(value.array)
            if own.requires_grad:
                fresh.require_grad()
            table[name] = fresh
        else:
            table[name] = value
    finally:
        state.grad = before
    return ""
