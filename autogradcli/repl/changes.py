"""Whether an input changed anything: ``:undo`` takes back the last one that did.

Two snapshots are compared, of before and after. What only ``_`` leads to doesn't count, nor what the engine makes when
a value is looked at (a version counter that says 0, the list of a tensor's views).
"""

from __future__ import annotations

from typing import Any

from ..engine.state import State
from ..engine.tensor import Meta
from .undo import ABSENT, Snapshot, fields_of, same_bytes

#: Of what few tensors have: whether anybody looked.
_LOOKED_AT = {"views", "unread"}
#: Values that are compared by what they are, not by which object.
_BY_VALUE = (int, float, str, bool, complex, type(None))


def changed(before: Snapshot, after: Snapshot) -> bool:
    """Whether a program can tell one from the other. True where either doesn't know all."""
    if not (before.complete and after.complete):
        return True
    return bool(
        _other(_without_last(before.variables), _without_last(after.variables))
        or _other_modes(before.state, after.state)
        or _other_memory(before, after)
        or _other_objects(before, after)
        or _other_containers(before, after)
    )


def _without_last(variables: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in variables.items() if name != "_"}


def _other(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return list(a) != list(b) or any(_is_other(a[name], b[name]) for name in a)


def _is_other(a: Any, b: Any) -> bool:
    if a is b:
        return False
    return type(a) is not type(b) or not isinstance(a, _BY_VALUE) or a != b


def _other_modes(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    modes, *rest = a
    others, *other_rest = b
    pairs = zip((*State.lasting(modes), *rest), (*State.lasting(others), *other_rest))
    return any(one is not other and one != other for one, other in pairs)


def _other_memory(before: Snapshot, after: Snapshot) -> bool:
    for key, (owner, contents) in before.buffers.items():
        now = after.buffers.get(key)
        if now is not None and now[0] is owner and now[1] is not contents and not same_bytes(now[1], contents):
            return True
    return False


def _other_objects(before: Snapshot, after: Snapshot) -> bool:
    """Objects of the first that are in the second too. One that is gone was reached from ``_`` alone, or from something
    that is another now."""
    now: dict[int, Any] = {id(each[0]): each for each in after.instances}
    for instance, values, attributes in before.instances:
        there = now.get(id(instance))
        if there is None:
            continue
        for name, a, b in zip(fields_of(type(instance)), values, there[1]):
            if a is not b and _is_other(a, b) and not _means_the_same(name, a, b):
                return True
        if attributes is not None and _other(_lasting(instance, attributes), _lasting(instance, there[2])):
            return True
    nodes = {id(each[0]): each for each in after.nodes}
    for node, *fields in before.nodes:
        found = nodes.get(id(node))
        if found is not None and any(a is not b for a, b in zip(fields, found[1:])):
            return True
    classes = {id(kind): members for kind, members in after.classes}
    return any(id(kind) in classes and _other(members, classes[id(kind)]) for kind, members in before.classes)


def _means_the_same(field: str, a: Any, b: Any) -> bool:
    if field == "counter":  # none yet: it was never changed
        return (ABSENT if a is ABSENT else a[0] if a else 0) == (ABSENT if b is ABSENT else b[0] if b else 0)
    if field == "meta" and a is None and isinstance(b, Meta):
        return not set(vars(b)) - _LOOKED_AT
    return False


def _lasting(instance: Any, attributes: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(instance, Meta):
        return attributes
    return {name: value for name, value in attributes.items() if name not in _LOOKED_AT}


def _other_containers(before: Snapshot, after: Snapshot) -> bool:
    passed_over = {id(vars(each[0]).get("views")) for each in after.instances if isinstance(each[0], Meta)}
    now = {id(container): copy for container, copy in after.containers}
    for container, copy in before.containers:
        there = now.get(id(container))
        if there is None or id(container) in passed_over:
            continue
        if isinstance(copy, dict):
            if _other(copy, there):
                return True
        elif isinstance(copy, list):
            if len(copy) != len(there) or any(map(_is_other, copy, there)):
                return True
        elif {*map(id, copy)} != {*map(id, there)}:
            return True
    return False
