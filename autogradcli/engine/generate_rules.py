"""Straight-line code for the backward step of an operation: ``record.run_arrays`` and ``record.run_tensors``, where no
mode is on, with the names of one declaration. ``generate.py`` has what is written for the operation itself.
"""

from __future__ import annotations

from typing import Any

from .node import Node
from .operation import GLOBALS, Operation

#: What else may stand where an input was saved; all other kinds of tensor go the general way.
GLOBALS["NUMBERS"] = frozenset({float, int, bool, complex, type(None)})


def compiled(op: Operation, lines: list[str]) -> Any:
    """The function that these lines define, which sees ``GLOBALS``."""
    scope: dict[str, Any] = {}
    exec(compile("\n".join(lines), f"<{op.name}>", "exec"), GLOBALS, scope)  # our own text, from our own tables
    return scope.popitem()[1]


def attach_rules(op: Operation) -> None:
    """The array world's backward step: unpack, check versions, apply the rules of the wanted edges."""
    if not op.edges or op.vjp is not None:
        return
    if any(p.kind == "list" for p in op.edges) and len(op.edges) > 1:
        return
    general = "run_in_general(node, g)"
    lines = [
        "def run(node, g):",
        *_opened(op),
        "    fix = node.fix",
        f"    if fix is not None and fix[2]: return {general}",
    ]
    for k, s in enumerate(op.saves):
        x = s.name
        if s.kind == "input" and op.params[s.index].kind == "indices":
            lines += [
                *_all_unchanged(x, k, general),
                f"        {x} = [each if each is None else each.array for each in {x}]",
            ]
        elif s.kind == "input":
            lines += [
                *_unchanged(x, k),
                f"        {x} = {x}.array",
                f"    elif {x}.__class__ not in NUMBERS: return {general}",
            ]
        elif s.kind == "output":
            GLOBALS[f"SAVE_{op.label}_{k}"] = s
            maker = "node" if len(op.outputs) < 2 else f"maker(node, SAVE_{op.label}_{k})"
            lines += [
                f"    if {x}.__class__ is ndarray:",
                f"        if v{k}[0]: raise modified({x}, {maker}, v{k}, 0)",
                f"    elif {x}.__class__ in INDIRECT: return {general}",
                f"    elif {x} is not None:",  # an in-place result: (tensor, version); None: no edge wants it
                f"        if {x}.counter[0] != v{k}: raise modified({x}.array, {maker}, {x}.counter, v{k})",
                f"        {x} = {x}.array",
            ]
    lines += [*_rules(op, "ARRAYS"), "    return grads if fix is None else settle(grads, fix)"]
    setattr(op.node_class, "run", compiled(op, lines))  # noqa: B010 - typed as a method
    setattr(op.node_class, "run_tensors", _first_run_tensors)  # noqa: B010


def _first_run_tensors(node: Node, g: Any) -> tuple[Any, ...]:
    """Most programs never run a rule on tensors: the code for that is written when one first does."""
    op = type(node).op
    made = compiled(op, _run_tensors(op))
    setattr(op.node_class, "run_tensors", made)  # noqa: B010
    grads: tuple[Any, ...] = made(node, g)
    return grads


def _run_tensors(op: Operation) -> list[str]:
    """The tensor world's backward step: ``record.run_tensors`` for this operation, but for complex numbers."""
    general = "run_tensors_in_general(node, g)"
    lines = [
        "def run_tensors(node, g):",
        *_opened(op),
        "    fix = node.fix",
        f"    if fix is not None and fix[2]: return {general}",
    ]
    for k, s in enumerate(op.saves):
        x = s.name
        if s.kind == "input" and op.params[s.index].kind == "indices":
            lines += _all_unchanged(x, k, general)
        elif s.kind == "input":
            lines += [
                *_unchanged(x, k),
                f"    elif {x}.__class__ not in NUMBERS: return {general}",
            ]
        elif s.kind == "output":
            GLOBALS[f"SAVE_{op.label}_{k}"] = s
            lines.append(f"    {x} = saved_tensor(node, SAVE_{op.label}_{k}, {x}, v{k})")
    return [
        *lines,
        *_rules(op, "TENSORS"),
        "    return grads if fix is None else settle_tensors(grads, fix)",
    ]


def _opened(op: Operation) -> list[str]:
    """The saved values under their names, each with the version that it had."""
    names = "".join(f"{s.name}, v{k}, " for k, s in enumerate(op.saves))
    lines = ["    saved = node.saved", "    if saved is None: raise RuntimeError(FREED)"]
    return [*lines, f"    {names}= saved"] if names else lines


def _unchanged(x: str, k: int) -> list[str]:
    """The check of a saved input that is a tensor; what more is to be done with it may follow."""
    return [
        f"    if {x}.__class__ is Tensor or {x}.__class__ is Parameter:",
        f"        c = {x}.counter",
        f"        if (0 if c is None else c[0]) != v{k}: raise modified({x}.array, {x}.node, {x}.counter, v{k})",
    ]


def _all_unchanged(x: str, k: int, general: str) -> list[str]:
    """The same for a list of tensors, some of them None."""
    return [
        f"    if {x} is not None:",
        f"        for each, mark in zip({x}, v{k}):",
        "            if each is None: continue",
        f"            if each.__class__ is not Tensor: return {general}",
        "            c = each.counter",
        f"            if (0 if c is None else c[0]) != mark: return {general}",  # which words the error
    ]


def _rules(op: Operation, world: str) -> list[str]:
    """The rules of the wanted edges, in a world."""
    whole = op.edges[0].kind == "list"  # one rule for as many edges as there are
    lines = [] if whole else ["    " + "".join(f"e{k}, " for k in range(len(op.edges))) + "= node.edges"]
    results = []
    for k, p in enumerate(op.edges):
        rule = op.rules[p.name]
        GLOBALS[f"RULE_{op.label}_{p.name}"] = rule
        code: Any = rule
        given = "".join(f", {n}" for n in code.__code__.co_varnames[2 : code.__code__.co_argcount])
        call = f"RULE_{op.label}_{p.name}({world}, g{given})"
        results.append(f"{call} if e{k} is not None else None" if len(op.edges) > 1 else call)
    grads = "(" + "".join(f"{r}, " for r in results) + ")"
    if whole:
        grads = f"tuple([None if e is None else x for x, e in zip({results[0]}, node.edges)])"
    if world == "ARRAYS":
        return [*lines, f"    grads = {grads}"]
    return [
        *lines,
        "    outer = state.in_rule; state.in_rule = True",
        f"    try: grads = {grads}",
        "    finally: state.in_rule = outer",
    ]
