"""``state_dict`` and ``load_state_dict``: a module's values by dotted path, out and in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...engine.callbacks import callee
from ...engine.leaves import require_grad
from ...engine.state import state
from ...engine.tensor import Parameter, Tensor
from ...numerics.limits import check_items, run
from ..calls.registry import Property, attributes_of
from .functions_by_attribute import M


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


#: The key of what ``get_extra_state`` of a program's module returns.
EXTRA = "_extra_state"


def _own(module: Any, name: str) -> bool:
    """Whether the module's class has a method of its own in place of one that no module has."""
    defining = next(kind for kind in type(module).__mro__ if name in vars(kind))
    return defining.__module__ != Loaded.__module__


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
    for hook in list(module._state_dict_pre_hooks.values()):
        hook(module, prefix, keep_vars)
    for key, name, table in _entries(module, prefix):
        run.spend(len(key))
        check_items(len(into))
        into[key] = table[name] if keep_vars else M.detach(table[name])
    if _own(module, "get_extra_state"):
        into[prefix + EXTRA] = callee(module.get_extra_state)()
    for name, inside in module._modules.items():
        if inside is not None:
            save_state_dict(inside, into, f"{prefix}{name}.", keep_vars)
    for hook in list(module._state_dict_hooks.values()):
        if hook(module, into, prefix, {"version": 1}) is not None:
            raise RuntimeError("state_dict post-hook must return None")
    return into


class _Loading:
    """One ``load_state_dict``: the values, and what is wrong so far."""

    __slots__ = ("assign", "errors", "known", "missing", "unexpected", "values")

    def __init__(self, values: dict[str, Any], assign: bool) -> None:
        self.values = values
        self.assign = assign
        self.missing: list[str] = []
        self.unexpected: list[str] = []
        self.known: set[str] = set()
        self.errors: list[str] = []

    def into(self, module: Any, prefix: str) -> None:
        """Load a module and all inside."""
        run.spend(0)
        values = self.values
        for hook in list(module._load_state_dict_pre_hooks.values()):
            hook(module, values, prefix, {"version": 1}, True, self.missing, self.unexpected, self.errors)
        for key, name, table in _entries(module, prefix):
            self.known.add(key)
            if key not in values:
                if name != "num_batches_tracked" or isinstance(values, OrderedDict):
                    self.missing.append(key)  # norms count batches since the second version of their state
                continue
            problem = _load(key, name, table, values[key], self.assign)
            if problem:
                self.errors.append(problem)
        extra = prefix + EXTRA
        if _own(module, "set_extra_state"):
            self.known.add(extra)
            if extra in values:
                callee(module.set_extra_state)(values[extra])
            else:
                self.missing.append(extra)
        for name, inside in module._modules.items():
            if inside is not None:
                self.into(inside, f"{prefix}{name}.")
        for hook in list(module._load_state_dict_post_hooks.values()):
            if hook(module, Loaded((self.missing, self.unexpected))) is not None:
                raise AssertionError(
                    "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new "
                    "values, if incompatible_keys need to be modified, it should be done inplace."
                )


def load_state_dict(module: Any, values: Any, strict: bool, assign: bool) -> Loaded:
    if not isinstance(values, Mapping):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(values)}.")
    task = _Loading(OrderedDict(values), assign)
    task.into(module, "")
    missing, unexpected, errors = task.missing, task.unexpected, task.errors
    unexpected += [key for key in task.values if key not in task.known]
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
                require_grad(fresh)
            table[name] = fresh
        else:
            table[name] = value
    finally:
        state.grad = before
    return ""
