"""``state_dict`` and ``load_state_dict``: a module's values by dotted path, out and in."""

from __future__ import annotations

import collections
from collections.abc import Iterator, Mapping
from typing import Any

from ...engine.callbacks import callee
from ...engine.leaves import require_grad
from ...engine.state import state
from ...engine.tensor import Parameter, Tensor
from ...numerics.limits import check_items, run
from ..calls.registry import Method, Property, attributes_of
from ..calls.uninitialized import NO_SHAPE, Uninitialized
from .functions_by_attribute import M


class OrderedDict(collections.OrderedDict[str, Any]):
    """What ``state_dict`` returns; it prints as PyTorch's. ``metadata`` has the version of each module by its path."""

    metadata: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"OrderedDict({list(self.items())!r})" if self else "OrderedDict()"


OrderedDict.__module__ = "collections"


def _metadata(values: OrderedDict) -> dict[str, Any]:
    if values.metadata is None:
        raise AttributeError("'collections.OrderedDict' object has no attribute '_metadata'")
    return values.metadata


#: Its order is its own, not that of the dict that it is.
for _name in ("items", "keys", "values", "pop", "popitem", "setdefault", "clear"):
    attributes_of(OrderedDict)[_name] = Method(vars(collections.OrderedDict)[_name])
attributes_of(OrderedDict)["copy"] = Method(lambda values: OrderedDict(values))
attributes_of(OrderedDict)["move_to_end"] = Method(lambda values, key, last=True: values.move_to_end(key, last))
attributes_of(OrderedDict)["_metadata"] = Property(
    _metadata, lambda values, new: object.__setattr__(values, "metadata", new)
)


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


def save_own(module: Any, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
    """What ``_save_to_state_dict`` does: the parameters, persistent buffers and extra state of this module alone."""
    for key, name, table in _entries(module, prefix):
        run.spend(len(key))
        check_items(len(destination))
        kept = keep_vars or isinstance(table[name], Uninitialized)
        destination[key] = table[name] if kept else M.detach(table[name])
    if _own(module, "get_extra_state"):
        destination[prefix + EXTRA] = callee(module.get_extra_state)()


def save_state_dict(module: Any, into: dict[str, Any], prefix: str, keep_vars: bool) -> dict[str, Any]:
    run.spend(0)
    told: dict[str, Any] = {"version": module._version}
    if isinstance(into, OrderedDict):
        into.metadata = OrderedDict() if into.metadata is None else into.metadata
        into.metadata[prefix[:-1]] = told
    for hook in list(module._state_dict_pre_hooks.values()):
        hook(module, prefix, keep_vars)
    callee(module._save_to_state_dict)(into, prefix, keep_vars)
    for name, inside in module._modules.items():
        if inside is not None:
            save_state_dict(inside, into, f"{prefix}{name}.", keep_vars)
    for hook in list(module._state_dict_hooks.values()):
        if hook(module, into, prefix, told) is not None:
            raise RuntimeError("state_dict post-hook must return None")
    return into


def load_own(
    module: Any, values: dict[str, Any], prefix: str, told: dict[str, Any], strict: bool, missing: list[str],
    unexpected: list[str], errors: list[str],
) -> None:  # fmt: skip
    """What ``_load_from_state_dict`` does: load this module alone, and say what is wrong by way of the three lists."""
    for hook in list(module._load_state_dict_pre_hooks.values()):
        hook(module, values, prefix, told, strict, missing, unexpected, errors)
    known = set()
    for key, name, table in _entries(module, prefix):
        known.add(name)
        if key in values:
            problem = _load(key, name, table, values[key], bool(told.get("assign_to_params_buffers", False)))
            if problem:
                errors.append(problem)
        elif strict:
            missing.append(key)
    extra = prefix + EXTRA
    if _own(module, "set_extra_state"):
        if extra in values:
            callee(module.set_extra_state)(values[extra])
        elif strict:
            missing.append(extra)
    elif strict and extra in values:
        unexpected.append(extra)
    for key in values if strict else ():
        run.spend(0)
        if key.startswith(prefix) and key != extra:
            name, _, rest = key[len(prefix) :].partition(".")
            if name not in module._modules if rest else name not in known:
                unexpected.append(key)


class _Loading:
    """One ``load_state_dict``: the values, and what is wrong so far."""

    __slots__ = ("assign", "errors", "metadata", "missing", "unexpected")

    def __init__(self, metadata: Any, assign: bool) -> None:
        self.metadata = metadata
        self.assign = assign
        self.missing: list[str] = []
        self.unexpected: list[str] = []
        self.errors: list[str] = []

    def into(self, module: Any, values: dict[str, Any], prefix: str) -> None:
        """Load a module and all inside."""
        run.spend(len(values))
        told = {} if self.metadata is None else self.metadata.get(prefix[:-1], {})
        if self.assign:
            told["assign_to_params_buffers"] = True
        load = callee(module._load_from_state_dict)
        load(values, prefix, told, True, self.missing, self.unexpected, self.errors)
        for name, inside in module._modules.items():
            if inside is not None:
                within = f"{prefix}{name}."
                self.into(inside, {key: value for key, value in values.items() if key.startswith(within)}, within)
        for hook in list(module._load_state_dict_post_hooks.values()):
            if hook(module, Loaded((self.missing, self.unexpected))) is not None:
                raise AssertionError(
                    "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new "
                    "values, if incompatible_keys need to be modified, it should be done inplace."
                )


def load_state_dict(module: Any, values: Any, strict: bool, assign: bool) -> Loaded:
    if not isinstance(values, Mapping):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(values)}.")
    task = _Loading(getattr(values, "metadata", None), assign)
    task.into(module, OrderedDict(values), "")
    missing, unexpected, errors = task.missing, task.unexpected, task.errors
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
    if isinstance(own, Uninitialized):
        if isinstance(value, Uninitialized):
            return ""
        own.materialize(value.array.shape)
    elif isinstance(value, Uninitialized):
        raise RuntimeError(NO_SHAPE)
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
