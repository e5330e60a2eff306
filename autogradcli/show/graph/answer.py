"""From a program, or a tensor at hand, to what is wanted of its graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine.node import Node, index_of, node_of
from ...engine.tensor import Tensor
from ...tensor_names import named_modules, named_tensors
from .graph_options import Wanted

if TYPE_CHECKING:
    from ...explain.derived import Evaluate
    from ...explain.graph.graph_picture import Picture
    from ...explain.recording import Recording
    from ...recorded import Program

#: Boxes of a tree, a text for another program, a drawing, and of JSON.
_TREE, _TEXT, _DRAWN, _JSON = 200, 300, 250, 10_000

#: Operations of which a page says formulas.
_MOST_SAID = 1000

#: Operations that are written down for a picture; more take too long. Then it has no shapes and no lines.
MOST_OPERATIONS = 50_000
_FULL = f"more than {MOST_OPERATIONS:,} operations ran: the picture has no shapes, no lines and no modules"


def picture_of(program: Program, wanted: Wanted, gradient: Any = None) -> Picture:
    """The picture of a recorded program's value: ``inside`` its session. Raises ValueError for what has no graph."""
    recording = program.recording
    variables = program.session.variables
    found = picture(
        program.value, program.asked, variables, wanted, gradient, None if recording.full else recording, program.lines
    )
    if recording.full:
        found.notes.append(_FULL)
    return found


def picture(
    value: Any,
    label: str,
    variables: Mapping[str, Any],
    wanted: Wanted,
    gradient: Any = None,
    recording: Recording | None = None,
    lines: tuple[str, ...] = (),
) -> Picture:
    """The picture of a tensor, as ``label``. Raises ValueError for what has no graph."""
    from ...explain.graph.boxes import Known, Limits, read

    if not isinstance(value, Tensor):
        raise ValueError(f"{label} is no tensor but a {type(value).__name__}")
    start = None if gradient is None else _start(gradient, value)
    variables = {name: held for name, held in variables.items() if name != "_"}
    names: dict[tuple[Node, int], str] = {}
    for name, tensor in named_tensors(variables):
        node = node_of(tensor.node)
        if node is not None:
            names.setdefault((node, index_of(tensor.node)), name)
    known = Known(recording, names, named_modules(variables), lines)
    most = _DRAWN if wanted.svg or wanted.html else _TEXT if wanted.dot or wanted.mermaid else _TREE
    values = wanted.values or bool(wanted.html)
    limits = Limits(_JSON if wanted.json else most, wanted.depth, wanted.full, values, start)
    try:
        with np.errstate(all="ignore"):
            return read(value, label, known, limits)
    except RuntimeError as error:  # a view whose history became ambiguous
        raise ValueError(str(error)) from None


def _start(gradient: Any, value: Tensor) -> np.ndarray:
    array = gradient.array if isinstance(gradient, Tensor) else np.asarray(gradient)
    if array.shape != value.array.shape or array.dtype.kind not in "fbiuc":
        raise ValueError(f"a gradient of the shape {list(value.array.shape)} is needed")
    return array.astype(value.array.dtype)


def written(picture: Picture, wanted: Wanted, width: int, told: Callable[[], str]) -> str:
    """The picture in the form that is wanted; ``told`` gives what a page says beside it, as HTML."""
    if wanted.json:
        from json import dumps

        from .json_event import event

        return dumps(event(picture), allow_nan=False) + "\n"
    if wanted.dot:
        from .dot import dot

        return dot(picture)
    if wanted.mermaid:
        from .mermaid import mermaid

        return mermaid(picture)
    if wanted.svg:
        from .svg import svg

        return svg(picture)
    if wanted.html:
        from .page import page

        return page(picture, told())
    from .tree import tree

    return tree(picture, width)


def told(program: Program, expression: str, evaluate: Evaluate, gradient: Any = None) -> str:
    """The formulas of a program's gradients, and the steps to them, as HTML."""
    from ...explain.derivation import NoFormula
    from ...explain.normal.forms import TooLong
    from ...recorded import subject
    from ..derive_options import Wanted as Formulas
    from ..formulas import answer
    from .page import formulas

    recording = program.recording
    if recording.full or len(recording.chain(recording.slot(program.value)).entries) > _MOST_SAID:
        none = f"none: {expression} is made of more than {_MOST_SAID:,} operations"
        return formulas(none, none)
    said: list[str] = []
    for wanted in (Formulas(), Formulas(steps=True)):
        try:
            said.append(answer(expression, subject(program, gradient), evaluate=evaluate, wanted=wanted).text)
        except (NoFormula, TooLong, ValueError, RuntimeError) as error:
            said.append(f"none: {error}")
    return formulas(*said)
