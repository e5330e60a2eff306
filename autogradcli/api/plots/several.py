"""What Matplotlib gives for a call that draws several things: bars, the parts of a box plot, of violins, of a pie."""

from __future__ import annotations

from typing import Any

import numpy as np

from .figures import Artist, Axes, Bars, Call, Piece


def of_call(call: Call, axes: Axes) -> Any:
    """What Matplotlib gives for a call of several parts, or None: the parts of a box plot, of violins, of a pie."""
    made = Artist(call, axes)
    if call.name == "barh":
        return Bars(call, axes)
    if call.name == "pie":
        count = len(call.args[0]) if isinstance(call.args[0], (list, tuple)) else np.size(call.args[0])
        kinds = 3 if call.options.get("autopct") is not None else 2
        return tuple([Piece(made, (kind, k)) for k in range(count)] for kind in range(kinds))
    if call.name in ("boxplot", "violinplot"):
        value = call.args[0]
        count = value.shape[1] if isinstance(value, np.ndarray) and value.ndim == 2 else 1
        if isinstance(value, (list, tuple)):
            count = len(value) if any(np.ndim(each) for each in value) else 1
        if call.name == "violinplot":
            shown = {"showmeans": "cmeans", "showextrema": "cmaxes cmins cbars", "showmedians": "cmedians"}
            names = " ".join(shown[key] for key in shown if call.options.get(key, key == "showextrema")).split()
            return {
                "bodies": [Piece(made, ("bodies", k)) for k in range(count)],
                **{n: Piece(made, (n,)) for n in names},
            }
        counts = {"whiskers": 2, "caps": 2, "boxes": 1, "medians": 1, "fliers": 1, "means": 0}
        if call.options.get("showmeans"):
            counts["means"] = 1
        return {key: [Piece(made, (key, k)) for k in range(count * n)] for key, n in counts.items()}
    return None
