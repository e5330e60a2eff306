"""Where a history was cut: a value came from a leaf, and no gradient leads back."""

from __future__ import annotations

from ..explain.entries import Slot
from .inquiry import Inquiry, Mended, Why
from .lineage import FLAT, NO_GRAD, Link, operands
from .mending import mended
from .zeros import FLAT_WORDS


def why_cut(inquiry: Inquiry, end: Slot, name: str) -> Why | None:
    """Why ``end`` has no history that leads to the leaf ``name``; None where it wasn't made of it, or has one."""
    leaf = inquiry.leaf(name)
    path = None if leaf is None else inquiry.path(end, leaf)
    if path is None or not path.cuts:
        return None
    link = path.cuts[0]
    what = inquiry.called(end)
    text, change = _words(inquiry, link, what, name)
    return Why(
        what, "none", link.line, [f"{what} comes of {name}, but {text[0]}", *text[1:]], inquiry.way(path), change
    )


def _words(inquiry: Inquiry, link: Link, end: str, name: str) -> tuple[list[str], Mended | None]:
    lines = inquiry.lines
    source = inquiry.called(link.source)
    target = lines.target(link.line)
    said = lines.said(link.line)
    if link.by == NO_GRAD:
        around = lines.no_grad(link.line)
        where = (
            f"ran under {lines.at(around).removeprefix('with ').removeprefix('@').rstrip(':')}{lines.mark(around)}"
            if around
            else ("ran while recording was off")
        )
        return [f"{said} {where}", "what leads to a gradient must be computed outside of it"], None
    if link.by == FLAT:
        entry = link.source.entry
        piece = next(
            (
                e
                for e in inquiry.recording.entries
                if e.line == link.line and link.source in operands(e) and not any(o.tracked for o in e.outputs)
            ),
            entry,
        )
        text = lines.piece(piece) if piece is not None else said
        kind = "" if piece is None else piece.op.name.partition("_")[0]
        advice = FLAT_WORDS.get(kind) or (FLAT_WORDS["cast"] if kind in ("cast", "to", "type") else "")
        words = [f"{said} has no derivative: {text} is piecewise constant, so its slope is 0 wherever it has one"]
        return words + ([advice] if advice else []), None
    if link.by in ("detach()", ".data"):
        begin = f", or let the gradient begin at {target}: {target}.requires_grad_()" if target else ""
        change = mended(
            inquiry, f"{name}.grad", link.line, lines.at(link.line).replace(".detach()", "").replace(".data", "")
        )
        itself = source if inquiry.names.of(link.source) else "the tensor"
        return [f"{said} cut it off", f"use {itself} itself{begin}"], change
    words = [f"{said} made {'a number' if link.by == 'item()' else 'numbers'} of {source}, which have no history"]
    if link.by == "torch.tensor()":
        words.append("torch.stack([...]) makes a tensor of tensors and keeps their histories")
    else:
        words.append(f"compute with the tensor {source} itself")
    line = lines.at(link.line)
    new = line.replace(".item()", "") if link.by == "item()" else line.replace("torch.tensor(", "torch.stack(")
    return words, mended(inquiry, f"{name}.grad", link.line, new)
