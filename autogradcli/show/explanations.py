"""A derivation with its numbers as text and as an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..explain.digits import asked, number_text

if TYPE_CHECKING:
    from ..why.explaining import Explanation

#: Elements of a tensor that are shown, and columns that a text may take before its number.
_MOST = 9
_WIDE = 46


def explanation_text(found: Explanation) -> str:
    """Forward what each value is, then backward what each operation passes on, with the sum where branches meet."""
    lines = [_line(name, "", value) for name, value in found.given]
    lines += [_line(made.name, made.text, made.value) for made in found.forward]
    lines.append(f"from {found.asked} back to {', '.join(found.leaves)}:\n")
    shares: dict[str, int] = {}
    for passed in found.backward:
        shares[passed.name] = shares.get(passed.name, 0) + 1
    left = dict(shares)
    lines.append(_line(f"{found.asked}.grad", "", found.sums[found.asked]))
    for passed in found.backward:
        several = shares[passed.name] > 1
        lines.append(_line(f"{passed.name}.grad", passed.text, passed.value, "+=" if several else "="))
        left[passed.name] -= 1
        if several and not left[passed.name]:
            lines.append(_line(f"{passed.name}.grad", f"the sum of {shares[passed.name]}", found.sums[passed.name]))
    return "".join(lines)


def _line(name: str, text: str, value: np.ndarray, sign: str = "=") -> str:
    left = f"  {name} {sign} {text}" if text else f"  {name}"
    return f"{left:<{_WIDE}} = {number(value)}\n"


def number(array: np.ndarray) -> str:
    """A short tensor in full, equal elements once, a long one by its shape, norm and range."""
    array = np.asarray(array)
    if array.size > 1 and (array == array.reshape(-1)[0]).all():
        return f"{list(array.shape)}, all {_one(array.reshape(-1)[0])}"
    if array.size <= _MOST:
        return _nested(array)
    if array.dtype.kind not in "fiu":
        return f"{list(array.shape)}"
    norm = np.linalg.norm(array.astype(np.float64).reshape(-1))
    return f"{list(array.shape)}, norm {norm:.4g}, from {array.min():.4g} to {array.max():.4g}"


def _nested(array: np.ndarray) -> str:
    if not array.ndim:
        return _one(array)
    return "[" + ", ".join(_nested(part) for part in np.asarray(array)) + "]"


def _one(value: Any) -> str:
    item = np.asarray(value).item()
    return number_text(item, asked(), 4) if isinstance(item, float | complex) else str(item)


def explanation_event(found: Explanation) -> dict[str, Any]:
    """The event ``explanation`` of JSON Lines."""
    return {
        "event": "explanation",
        "expression": found.asked,
        "given": {name: number(value) for name, value in found.given},
        "forward": [{"name": m.name, "text": m.text, "line": m.line, "value": number(m.value)} for m in found.forward],
        "backward": [
            {"of": p.name, "text": p.text, "from": p.by, "line": p.line, "value": number(p.value)}
            for p in found.backward
        ],
        "gradients": {name: number(found.sums[name]) for name in found.leaves if name in found.sums},
    }
