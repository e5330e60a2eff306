"""What the tensors are called that a program keeps: ``x``, ``lin.weight``, ``ws[0]``, ``d['h']``."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeGuard

from .api.calls.program_classes import Object, is_program_class
from .engine.tensor import Tensor

if TYPE_CHECKING:
    from .api.nn.module import Module

#: Elements of a container that are looked at, containers inside one another, and what is looked at in all.
_MOST, _DEEPEST, _ALL = 1000, 4, 100_000
#: What may lead to a tensor, or is one.
_LEADING = (Tensor, Object, list, tuple, dict)


def named_tensors(variables: Mapping[str, Any]) -> Iterator[tuple[str, Tensor]]:
    """The tensors that variables lead to, with the text that gives each; variables themselves first."""
    inner: deque[tuple[str, Any, int]] = deque()
    for name, value in variables.items():
        if isinstance(value, Tensor):
            yield name, value
            inner.append((f"{name}.grad", value.grad, _DEEPEST))
        else:
            inner.append((name, value, 0))
    for name, value in _reached(inner):
        if isinstance(value, Tensor):
            yield name, value
        elif _is_module(value):
            for path, tensor in [*value.named_parameters(), *value.named_buffers()]:
                yield name + _path(path), tensor


def named_leaves(variables: Mapping[str, Any]) -> list[tuple[str, Tensor]]:
    """The leaves that require grad which variables lead to, each once, by the first of its names. ``_`` is no name of
    anything."""
    found: dict[int, tuple[str, Tensor]] = {}
    for name, tensor in named_tensors({name: value for name, value in variables.items() if name != "_"}):
        if tensor.requires_grad and tensor.is_leaf:
            found.setdefault(id(tensor), (name, tensor))
    return list(found.values())


def element(name: str, shape: tuple[int, ...], index: int) -> str:
    """What the element of that index is called, counted through the whole tensor: ``x`` of a number, ``x[0,1]``."""
    if not shape:
        return name
    places = []
    for n in reversed(shape):
        index, place = divmod(index, n)
        places.append(str(place))
    return f"{name}[{','.join(reversed(places))}]"


def _path(path: str) -> str:
    """``0.weight`` of a Sequential is ``[0].weight``."""
    return "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path.split("."))


def named_modules(variables: Mapping[str, Any]) -> dict[Module, str]:
    """The modules that variables lead to, and those inside, with the text that gives each."""
    found: dict[Module, str] = {}
    for name, value in _reached(deque((name, value, 0) for name, value in variables.items())):
        if _is_module(value):
            for path, module in value.named_modules():
                found.setdefault(module, name + _path(path) if path else name)
    return found


def _reached(inner: deque[tuple[str, Any, int]]) -> Iterator[tuple[str, Any]]:
    """The tensors and modules among values and in the containers among them, those nearest to a variable first."""
    seen: set[int] = set()
    for _ in range(_ALL):
        if not inner:
            return
        name, value, depth = inner.popleft()
        if isinstance(value, Tensor):
            yield name, value
            continue
        if id(value) in seen or depth > _DEEPEST:
            continue
        seen.add(id(value))
        if _is_module(value):
            yield name, value
            for path, module in value.named_modules():
                inner.extend(_attributes(name + _path(path) if path else name, module, depth))
        elif is_program_class(type(value)):
            inner.extend(_attributes(name, value, depth))
        elif isinstance(value, (list, tuple)):
            elements = enumerate(value[:_MOST])
            inner.extend((f"{name}[{k}]", v, depth + 1) for k, v in elements if isinstance(v, _LEADING))
        elif isinstance(value, dict):
            items = islice(value.items(), _MOST)
            inner.extend(
                (f"{name}[{k!r}]", v, depth + 1) for k, v in items if type(k) in (str, int) and isinstance(v, _LEADING)
            )


def _is_module(value: Any) -> TypeGuard[Module]:
    if not isinstance(value, Object):
        return False
    from .api.nn.module import Module

    return isinstance(value, Module)


def _attributes(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any, int]]:
    """What an object keeps under names of its own: of a module, what is no parameter, buffer or module."""
    try:
        own: dict[str, Any] = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return
    for attribute, found in islice(own.items(), _MOST):
        if isinstance(found, _LEADING) and not attribute.startswith("_"):
            yield f"{name}.{attribute}", found, depth + 1
