"""A picture as the event ``graph`` of JSON Lines."""

from __future__ import annotations

from math import isfinite
from typing import Any

from ...explain.graph.graph_picture import Picture
from ...explain.graph.summaries import Facts


def event(picture: Picture) -> dict[str, Any]:
    """The object; nodes and modules are called by their places in the lists."""
    nodes = []
    for box in picture.boxes:
        node: dict[str, Any] = {
            "kind": box.kind,
            "operation": box.title or None,
            "name": box.name or None,
            "shapes": [list(shape) for shape in box.shapes],
            "dtype": box.dtype or None,
            "line": box.line or None,
            "notes": box.notes,
            "inputs": [{"node": way.box, "output": way.output} for way in box.inputs],
            "module": box.module,
            "count": box.count,
            "inside": box.inside,
        }
        if picture.valued:
            node |= {"value": _facts(box.value), "gradient": _facts(box.gradient)}
        nodes.append(node)
    modules = [
        {"kind": m.kind, "name": m.name or None, "outer": m.outer, "line": m.line or None} for m in picture.modules
    ]
    return {
        "event": "graph",
        "expression": picture.label,
        "nodes": nodes,
        "modules": modules,
        "notes": picture.notes,
        "more": picture.more,
    }


def _facts(found: Facts | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "shape": list(found.shape),
        "data": _strict(found.data),
        "norm": _strict(found.norm),
        "min": found.low,
        "max": found.high,
        "strange": found.strange,
    }


def _strict(value: Any) -> Any:
    """Numbers as strict JSON has them."""
    if isinstance(value, list):
        return [_strict(inner) for inner in value]
    if isinstance(value, float) and not isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    return value
