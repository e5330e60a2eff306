"""Nested tuples, lists and dicts: taken apart into their leaves, and put together again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...numerics.limits import run


class Spec:
    """The structure of a nested value. ``kind`` is the container's type, None for a leaf."""

    __slots__ = ("children", "keys", "kind")

    def __init__(self, kind: type | None, keys: list[Any] | None, children: list[Spec]) -> None:
        self.kind = kind
        self.keys = keys
        self.children = children

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Spec)
            and self.kind is other.kind
            and self.keys == other.keys
            and self.children == other.children
        )

    def __hash__(self) -> int:
        return hash((self.kind, len(self.children)))

    def __repr__(self) -> str:
        return self.text()

    def text(self, indent: int = 0) -> str:
        """As PyTorch's messages show it: ``TreeSpec(tuple, None, [*])``."""
        if self.kind is None:
            return "*"
        gap = ",\n" + " " * (indent + 2)
        return f"TreeSpec({self.kind.__name__}, {self.keys}, [{gap.join(c.text(indent + 2) for c in self.children)}])"

    def shape_text(self) -> str:
        """As a value of this structure would print: ``(*, *)``."""
        if self.kind is None:
            return "*"
        inner = [c.shape_text() for c in self.children]
        if self.keys is not None:
            return "{" + ", ".join(f"{k!r}: {c}" for k, c in zip(self.keys, inner, strict=True)) + "}"
        if self.kind is list:
            return f"[{', '.join(inner)}]"
        return f"({inner[0]},)" if len(inner) == 1 else f"({', '.join(inner)})"


LEAF = Spec(None, None, [])


def flatten(tree: Any, is_leaf: Callable[[Any], Any] | None = None) -> tuple[list[Any], Spec]:
    """The leaves of a nested value in order, and its structure. What ``is_leaf`` holds for isn't looked into."""
    leaves: list[Any] = []
    return leaves, _flatten_into(tree, leaves, is_leaf)


def _children(tree: Any) -> tuple[list[Any] | None, Sequence[Any]] | None:
    """Keys and parts of a container, None for a leaf."""
    if isinstance(tree, dict):
        return list(tree), list(tree.values())
    if isinstance(tree, list) or type(tree) is tuple or (isinstance(tree, tuple) and hasattr(tree, "fields")):
        return None, tree
    return None


def _flatten_into(tree: Any, leaves: list[Any], is_leaf: Callable[[Any], Any] | None) -> Spec:
    found = None if is_leaf is not None and is_leaf(tree) else _children(tree)
    if found is None:
        leaves.append(tree)
        return LEAF
    keys, parts = found
    run.spend(64 * len(parts))  # lists that share their parts have more leaves than memory
    return Spec(type(tree), keys, [_flatten_into(part, leaves, is_leaf) for part in parts])


def unflatten(leaves: Sequence[Any], spec: Spec) -> Any:
    """The nested value of this structure with these leaves."""
    return _build(iter(leaves), spec)


def _build(leaves: Any, spec: Spec) -> Any:
    if spec.kind is None:
        return next(leaves)
    parts = [_build(leaves, child) for child in spec.children]
    if spec.keys is not None:
        return dict(zip(spec.keys, parts, strict=True))
    return spec.kind(parts)


def tree_map(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same structure with ``function`` applied to each leaf."""
    leaves, spec = flatten(tree)
    return unflatten([function(leaf) for leaf in leaves], spec)


def broadcast(prefix: Any, spec: Spec) -> list[Any] | None:
    """A value for each leaf of ``spec`` from a nested value that may stop early; None where the two don't fit."""
    found = _children(prefix)
    if spec.kind is None:
        return [prefix] if found is None else None
    if found is None:
        return [prefix] * len(_leaves(spec))
    keys, parts = found
    if type(prefix) is not spec.kind or keys != spec.keys or len(parts) != len(spec.children):
        return None
    out: list[Any] = []
    for part, child in zip(parts, spec.children, strict=True):
        given = broadcast(part, child)
        if given is None:
            return None
        out += given
    return out


def _leaves(spec: Spec) -> list[Spec]:
    return [spec] if spec.kind is None else [leaf for child in spec.children for leaf in _leaves(child)]
