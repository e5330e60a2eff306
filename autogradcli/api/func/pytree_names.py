"""``torch.utils._pytree``: nested tuples, lists and dicts, under the names that programs know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from ...numerics.limits import counted
from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.overloads import PLACES
from ..calls.python_function import define_python
from ..calls.registry import Property, attributes_of
from .pytree import Spec, flatten, unflatten

PLACES["pytree"] = ("torch.utils._pytree", "")
shown_as("torch.utils._pytree.TreeSpec")(Spec)


def _leaves(spec: Spec) -> int:
    return 1 if spec.kind is None else sum(map(_leaves, spec.children))


def _taken_apart(tree: Any, is_leaf: Any) -> tuple[list[Any], Spec]:
    return flatten(tree, None if is_leaf is None else callee(is_leaf))


def tree_flatten(tree: Value, is_leaf: Value = None) -> tuple[list[Any], Spec]:
    """The leaves of a nested value in order, and its structure."""
    return _taken_apart(tree, is_leaf)


def tree_unflatten(leaves: Value, treespec: Value) -> Any:
    """The nested value of a structure with these leaves. Raises TypeError for what is no structure, ValueError for
    another number of leaves."""
    if not isinstance(treespec, Spec):
        raise TypeError(f"Expected `treespec` to be an instance of PyTreeSpec but got item of type {type(treespec)}.")
    given = list(leaves)
    wanted = _leaves(treespec)
    if len(given) != wanted:
        raise ValueError(
            f"treespec.unflatten(leaves): `leaves` has length {len(given)} but the spec refers to a pytree that holds "
            f"{wanted} items ({treespec})."
        )
    return unflatten(given, treespec)


def tree_leaves(tree: Value, is_leaf: Value = None) -> list[Any]:
    """The leaves of a nested value in order."""
    return _taken_apart(tree, is_leaf)[0]


def tree_structure(tree: Value, is_leaf: Value = None) -> Spec:
    """The structure of a nested value."""
    return _taken_apart(tree, is_leaf)[1]


def _mapped(call: Callable[..., Any], tree: Any, rests: tuple[Any, ...], is_leaf: Any) -> Any:
    leaves, spec = _taken_apart(tree, is_leaf)
    others = []
    for rest in rests:
        more, its = _taken_apart(rest, is_leaf)
        if its != spec:
            raise ValueError(f"Node arity mismatch; expected {spec}, but got {its}.")
        others.append(more)
    return unflatten([call(*values) for values in counted(list(zip(leaves, *others)))], spec)


def tree_map(func: Value, tree: Value, *rests: Value, is_leaf: Value = None) -> Any:
    """A nested value of the same structure with what a function makes of each leaf. Raises ValueError for another
    structure among the rest."""
    return _mapped(callee(func), tree, rests, is_leaf)


def tree_map_only(type_or_types_or_pred: Value, func: Value, tree: Value, is_leaf: Value = None) -> Any:
    """The same of the leaves of some types, or of which a function says so; the others stay."""
    call, wanted = callee(func), type_or_types_or_pred
    kinds = wanted if type(wanted) is tuple else (wanted,)
    chosen = (lambda x: isinstance(x, kinds)) if all(issubclass(type(k), type) for k in kinds) else callee(wanted)
    return _mapped(lambda x: call(x) if chosen(x) else x, tree, (), is_leaf)


def tree_all(pred: Value, tree: Value, is_leaf: Value = None) -> bool:
    """Whether a condition holds for all leaves."""
    return all(map(callee(pred), _taken_apart(tree, is_leaf)[0]))


def tree_any(pred: Value, tree: Value, is_leaf: Value = None) -> bool:
    """Whether a condition holds for some leaf."""
    return any(map(callee(pred), _taken_apart(tree, is_leaf)[0]))


for _function in (
    tree_flatten, tree_unflatten, tree_leaves, tree_structure, tree_map, tree_map_only, tree_all, tree_any,
):  # fmt: skip
    define_python(_function.__name__, _function, into="pytree")
attributes_of(Spec)["num_leaves"] = Property(_leaves, doc="How many leaves there are.")
attributes_of(Spec)["num_children"] = Property(lambda spec: len(spec.children), doc="How many parts it has.")
attributes_of(Spec)["type"] = Property(lambda spec: spec.kind, doc="The type of the container; None of a leaf.")
