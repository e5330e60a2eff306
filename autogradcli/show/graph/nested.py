"""The boxes of a picture by the modules that they lie in."""

from __future__ import annotations

from typing import NamedTuple

from ...explain.graph.graph_picture import Picture


class Nest(NamedTuple):
    """What lies in a module, or in none: boxes by their numbers, and modules with what lies in them."""

    boxes: list[int]
    modules: list[tuple[int, Nest]]


def nested(picture: Picture) -> Nest:
    top = Nest([], [])
    nests: dict[int | None, Nest] = {None: top}
    for k, module in enumerate(picture.modules):  # an outer one stands before those in it
        nests[k] = Nest([], [])
        nests[module.outer].modules.append((k, nests[k]))
    for k, box in enumerate(picture.boxes):
        nests[box.module].boxes.append(k)
    return top
