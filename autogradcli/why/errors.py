"""What a teacher would say about the error that ended a program: the line and the variable that caused it."""

from __future__ import annotations

import ast
from collections.abc import Callable

from ..engine.node import Node
from ..events import Failed
from ..explain.entries import Slot
from .cuts import why_cut
from .gradients import why
from .in_place import changed_in_place, leaf_in_place
from .inquiry import Inquiry, Why, of_error
from .lineage import operands
from .lines import targets
from .mending import mended, replaced


def why_failed(inquiry: Inquiry, failure: Failed) -> Why | None:
    """About an error; None where nothing is known beside what its own text and hint say."""
    for beginning, answer in _ANSWERS.items():
        if beginning in failure.message:
            found = answer(inquiry, failure)
            if found is not None:
                return found._replace(of=f"{failure.type} in {inquiry.lines.said(failure.line)}", kind="error")
    return None


# -- no history ----------------------------------------------------------------------------------------------


def _root(inquiry: Inquiry, failure: Failed) -> tuple[str, Slot | None]:
    """What ``backward()`` or ``grad()`` was called of: its text and its value."""
    statement = inquiry.lines.statement(failure.line)
    for node in ast.walk(statement) if statement is not None else ():
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr == "backward":
            of: ast.expr = node.func.value
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "grad" and node.args:
            of = node.args[0]
        else:
            continue
        text = ast.unparse(of)
        if text in inquiry.slots:
            return text, inquiry.slots[text]
        return text, _last(inquiry, failure.line)
    if isinstance(statement, ast.Expr):  # whose backward() was called for the one who asks
        text = ast.unparse(statement.value)
        return text, inquiry.slots.get(text) or _last(inquiry, failure.line)
    return "", None


def _last(inquiry: Inquiry, line: int) -> Slot | None:
    """What a line computed last."""
    made = [e for e in inquiry.recording.entries if e.outputs]
    found = [e for e in made if e.line == line] or made  # a function that it calls did, on lines of its own
    return found[-1].outputs[0] if found else None


def _no_history(inquiry: Inquiry, failure: Failed) -> Why | None:
    text, root = _root(inquiry, failure)
    if root is None:
        return None
    leaves = inquiry.leaves()
    for name in leaves:
        found = why_cut(inquiry, root, name)
        if found is not None:
            return found
    if root.entry is None and root.came is None:
        again = _differentiated(inquiry, text)
        if again is not None:
            return again
        made = f"{text} was not computed: it is a tensor that doesn't require grad"
        return of_error(failure.line, made, f"{text}.requires_grad_() before it is used lets a gradient arrive")
    late = _required_late(inquiry, root)
    if late is not None:
        return late
    sources = [inquiry.called(s) for s in inquiry.recording.chain(root).sources if inquiry.names.of(s)]
    made = f"{text} was made of {', '.join(dict.fromkeys(sources)) or 'numbers'}, and none of it requires grad"
    if leaves:
        return of_error(
            failure.line,
            made,
            f"{', '.join(leaves[:4])} {'requires' if len(leaves) == 1 else 'require'} grad, "
            f"and stand{'s' if len(leaves) == 1 else ''} in no line that leads to {text}",
        )
    first = dict.fromkeys(sources)
    advice = (
        f"say so where {next(iter(first))} is made: requires_grad=True" if first else "begin with a tensor that does"
    )
    return of_error(failure.line, made, advice)


def _required_late(inquiry: Inquiry, root: Slot) -> Why | None:
    """A leaf that was used before it was told to require grad."""
    chain = inquiry.recording.chain(root)
    for name in inquiry.leaves():
        slot = next((s for s in chain.sources if s.tensor is inquiry.named[name] and not s.tracked), None)
        if slot is None:
            continue
        use = next(e for e in chain.entries if slot in operands(e))
        said = inquiry.lines.said(use.line)
        change = mended(inquiry, "", use.line, f"{name}.requires_grad_()\n{inquiry.lines.at(use.line)}")
        return of_error(
            use.line,
            f"{said} used {name} before it required grad, so nothing was remembered of it",
            f"{name}.requires_grad_() before that line, or requires_grad=True where {name} is made",
            change=change,
        )
    return None


def _differentiated(inquiry: Inquiry, text: str) -> Why | None:
    """A gradient that ``torch.autograd.grad`` gave, without a history of its own."""
    for line, statement in inquiry.lines.statements.items():
        if text not in targets(statement):
            continue
        for node in ast.walk(statement):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "grad"):
                continue
            if not any(k.arg == "create_graph" for k in node.keywords):
                new = ast.unparse(node)[:-1] + ", create_graph=True)"
                change = mended(inquiry, "", line, replaced(inquiry.lines.raw(line), node, new))
                said = f"{text} is the gradient of {inquiry.lines.said(line)}, which has no history of its own"
                return of_error(line, said, "create_graph=True there gives it one", change=change)
    return None


# -- a second time -------------------------------------------------------------------------------------------


def _second_time(inquiry: Inquiry, failure: Failed) -> Why | None:
    passes = inquiry.recording.passes
    if not passes:
        return None
    earlier = passes[-2] if len(passes) > 1 else passes[-1]
    text, root = _root(inquiry, failure)
    freed: set[Slot] = set()
    for node, index, _ in earlier.roots:
        slot = inquiry.recording.made(node, index)
        if slot is not None:
            freed.update(s for e in inquiry.recording.chain(slot).entries for s in e.outputs)
    if root is None or not freed:
        return None
    if root in freed:
        said = inquiry.lines.said(earlier.line)
        kept = inquiry.lines.at(earlier.line).replace(".backward()", ".backward(retain_graph=True)")
        return of_error(
            earlier.line,
            f"{said} went through the graph of {text or inquiry.called(root)} already, and freed it",
            "call that one with retain_graph=True, or compute the value anew before the second",
            change=mended(inquiry, "", earlier.line, kept),
        )
    chain = inquiry.recording.chain(root)
    carrier = [s for e in chain.entries for s in operands(e) if s in freed and e.outputs[0] not in freed]
    if not carrier:
        return None
    slot = carrier[0]
    use = next(e for e in chain.entries if slot in operands(e) and e.outputs[0] not in freed)
    name = inquiry.names.of(slot) or _used_name(inquiry, use.line, slot) or inquiry.called(slot)
    loop = inquiry.lines.in_loop(use.line)
    before = "the iteration before" if loop else inquiry.lines.said(earlier.line)
    text_ = f"{name} of {inquiry.lines.said(use.line)} still hangs on {before}, whose graph backward() freed"
    change = mended(inquiry, "", use.line, f"{name} = {name}.detach()\n{inquiry.lines.at(use.line)}")
    return of_error(use.line, text_, f"{name} = {name}.detach() between two lets each begin anew", change=change)


def _used_name(inquiry: Inquiry, line: int, slot: Slot) -> str:
    """The name by which a line uses what it gives as well: ``h`` of ``h = tanh(W @ h)``."""
    statement = inquiry.lines.statement(line)
    given = targets(statement)
    used = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)} if statement is not None else set()
    made = targets(inquiry.lines.statement(inquiry.names.line(slot)))
    found = [name for name in made if name in used] or [name for name in given if name in used]
    return found[0] if len(found) == 1 else ""


# -- others --------------------------------------------------------------------------------------------------


def _unused(inquiry: Inquiry, failure: Failed) -> Why | None:
    statement = inquiry.lines.statement(failure.line)
    for node in ast.walk(statement) if statement is not None else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "grad":
            inputs = (
                node.args[1]
                if len(node.args) > 1
                else next((k.value for k in node.keywords if k.arg == "inputs"), None)
            )
            names = (
                [ast.unparse(e) for e in inputs.elts]
                if isinstance(inputs, (ast.List, ast.Tuple))
                else ([ast.unparse(inputs)] if inputs is not None else [])
            )
            text, root = _root(inquiry, failure)
            if root is None:
                return None
            below = _below(root)
            for name in names:
                leaf = inquiry.leaf(name)
                if name in inquiry.slots and leaf is not None and leaf not in below:
                    cut = why_cut(inquiry, root, name)
                    if cut is not None:
                        return cut
                    return of_error(
                        failure.line,
                        f"{name} stands in no line that leads to {text}",
                        "allow_unused=True gives None for it",
                    )
    return None


def _below(root: Slot) -> set[Node]:
    found: set[Node] = set()
    pending = [root]
    seen: set[Slot] = set()
    while pending:
        slot = pending.pop()
        if slot in seen:
            continue
        seen.add(slot)
        if slot.origin is not None:
            found.add(slot.origin)
        if slot.entry is not None and not slot.entry.cut:
            pending += operands(slot.entry)
    return found


def _no_attribute(inquiry: Inquiry, failure: Failed) -> Why | None:
    """``x.grad.zero_()`` before there is a gradient."""
    statement = inquiry.lines.statement(failure.line)
    for node in ast.walk(statement) if statement is not None else ():
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "grad":
            name = ast.unparse(node.value.value)
            if inquiry.named.get(name) is not None and inquiry.named[name].grad is None:
                found = why(inquiry, name)
                guard = f"if {name}.grad is not None: {ast.unparse(node.value)}.{node.attr}(...)"
                text = [f"{name}.grad is None: {found.text[0]}", *found.text[1:]]
                if not inquiry.recording.passes:
                    text.append(f"before the first backward() there is nothing to change: {guard}")
                return found._replace(text=text, line=failure.line)
    return None


def _gradient_shape(inquiry: Inquiry, failure: Failed) -> Why | None:
    text, root = _root(inquiry, failure)
    if root is None:
        return None
    shape = list(root.array.shape)
    return of_error(
        failure.line,
        f"{text} has the shape {shape}{inquiry.lines.mark(inquiry.names.line(root))}: the gradient that it "
        f"begins with needs the same, torch.ones_like({text}) for the sum of its elements",
    )


def _scalar(inquiry: Inquiry, failure: Failed) -> Why | None:
    text, root = _root(inquiry, failure)
    if root is None or root.array.size == 1:
        return None
    line = inquiry.names.line(root)
    made = f" ({inquiry.lines.said(line)})" if line else ""
    new = inquiry.lines.at(failure.line).replace(f"{text}.backward()", f"{text}.sum().backward()")
    return of_error(
        line or failure.line,
        f"{text} has the shape {list(root.array.shape)}{made}, and a gradient begins with one number",
        f"{text}.sum().backward(), or {text}.backward(torch.ones_like({text}))",
        change=mended(inquiry, "", failure.line, new),
    )


def _dtypes(inquiry: Inquiry, failure: Failed) -> Why | None:
    statement = inquiry.lines.statement(failure.line)
    names = list(dict.fromkeys(n.id for n in ast.walk(statement) if isinstance(n, ast.Name))) if statement else []
    found = [(n, inquiry.named[n]) for n in names if n in inquiry.named]
    for name in names:  # of a module its first parameter
        inner = next(
            (n for n in inquiry.named if n.startswith((f"{name}.", f"{name}[")) and not n.endswith(".grad")), ""
        )
        if inner and name not in inquiry.named:
            found.insert(0, (inner, inquiry.named[inner]))
    kinds = {str(t.dtype) for _, t in found}
    if len(kinds) < 2:
        return None
    said = ", ".join(f"{n} is {t.dtype}" for n, t in found)
    odd = next((n for n, t in found if str(t.dtype) != str(found[0][1].dtype)), "")
    new = f"{odd}.to({found[0][0]}.dtype)"
    node = (
        next((n for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id == odd), None) if statement else None
    )
    change = None
    if node is not None:
        change = mended(inquiry, "", failure.line, replaced(inquiry.lines.raw(failure.line), node, new))
    return of_error(failure.line, said, f"give them one dtype: {new}", change=change)


_ANSWERS: dict[str, Callable[[Inquiry, Failed], Why | None]] = {
    "element 0 of tensors does not require grad": _no_history,
    "Trying to backward through the graph a second time": _second_time,
    "modified by an inplace operation": changed_in_place,
    "appears to not have been used in the graph": _unused,
    "has no attribute": _no_attribute,
    "Mismatch in shape": _gradient_shape,
    "grad can be implicitly created only for scalar outputs": _scalar,
    "dtype": _dtypes,
    "a leaf Variable that requires grad is being used in an in-place operation": leaf_in_place,
}
