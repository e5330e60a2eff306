"""What the tensors are called that a program keeps: ``x``, ``lin.weight``, ``ws[0]``, ``d['h']``."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from .api.nn.module import Module
from .engine.tensor import Tensor

#: Elements of a container that are looked at, containers inside one another, and what is looked at in all.
_MOST, _DEEPEST, _ALL = 1000, 4, 100_000


def named_tensors(variables: Mapping[str, Any]) -> Iterator[tuple[str, Tensor]]:
    """The tensors that variables lead to, with the text that gives each; variables themselves first."""
    inner: deque[tuple[str, Any, int]] = deque()
    for name, value in variables.items():
        if isinstance(value, Tensor):
            yield name, value
            inner.append((f"{name}.grad", value.grad, _DEEPEST))
        else:
            inner.append((name, value, 0))
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
        if isinstance(value, Module):
            for path, tensor in [*value.named_parameters(), *value.named_buffers()]:
                yield name + _path(path), tensor
        elif isinstance(value, (list, tuple)):
            inner.extend((f"{name}[{k}]", v, depth + 1) for k, v in enumerate(value[:_MOST]))
        elif isinstance(value, dict):
            items = islice(value.items(), _MOST)
            inner.extend((f"{name}[{k!r}]", v, depth + 1) for k, v in items if type(k) in (str, int))


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
