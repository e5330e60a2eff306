"""A program run again in a session of its own, written down as it runs: what ``derive`` reads of programs.

Nothing of the program is shown, and nothing that it does reaches the session it was typed in. What a value came from
is told by identity: each tensor that the program got from outside an operation has the name under which the program
keeps it, be it a variable, a parameter of a module (``lin.weight``) or an element (``ws[0]``, ``d['h']``).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .engine.node import AccumulateGrad, Node
from .engine.tensor import Tensor, wrap
from .events import Event, Failed, Value
from .explain.derivation import NoFormula as NoFormula
from .explain.derivation import leaves_below
from .explain.derived import Shown, Subject, agrees
from .explain.entries import Slot
from .explain.recording import MOST_BYTES, Chain, Recording, same
from .explain.recording import MOST_OPERATIONS as MOST_OPERATIONS
from .explain.spoken import spoken
from .explain.truth import Truth
from .language.read.syntax import parse
from .numerics import dtypes
from .session import Session
from .tensor_names import named_tensors

_NO_HISTORY = "has no history: nothing that it was computed from requires grad, or the way there was cut off"


class ProgramError(Exception):
    """The program, run again, failed."""

    def __init__(self, event: Failed) -> None:
        super().__init__(f"{event.type}: {event.message}" if event.message else event.type)
        self.event = event


class Program(NamedTuple):
    """A program that ran under a recording, and the value that was asked of it."""

    session: Session
    recording: Recording
    value: Any
    asked: str
    lines: tuple[str, ...] = ()
    """The text of the program, by the numbers of its lines less one."""


def split(text: str) -> tuple[str, str, int] | None:
    """A program without the bare expression that ends it, that expression, and its line; None where none does.

    Raises SyntaxError and its like.
    """
    body = parse(text).body
    if not body or not isinstance(body[-1], ast.Expr):
        return None
    node = body[-1]
    lines = text.split("\n")
    first = lines[node.lineno - 1].encode()
    before = [*lines[: node.lineno - 1], first[: node.col_offset].decode().rstrip().rstrip(";")]
    after = [first[node.col_offset :].decode(), *lines[node.lineno :]]
    return "\n".join(before), "\n".join(after).strip().rstrip(";"), node.lineno


def play(
    session: Session,
    texts: Sequence[str],
    asked: str,
    leaves: Collection[str] = (),
    line: int | None = None,
    kind: type[Recording] = Recording,
    limit: int = MOST_OPERATIONS,
) -> Program:
    """Run texts in a fresh session and evaluate ``asked``, of the line ``line``, at the end.

    ``leaves`` are variables that require grad for ``asked`` alone, ``kind`` is the recording, ``limit`` how many
    operations it writes down. Raises ProgramError, and KeyboardInterrupt.
    """
    recording = kind(session.variables, limit)
    session.state.trace(recording)
    values: list[Any] = []

    def emit(event: Event) -> None:
        if isinstance(event, Failed):
            if event.type == "KeyboardInterrupt":
                raise KeyboardInterrupt
            raise ProgramError(event)
        if isinstance(event, Value):
            values.append(event.value)

    reached = 1
    try:
        for text in texts:
            session.run(text, emit, first_line=reached)
            reached += text.count("\n") + 1
        for name in leaves:
            tensor = session.variables[name]
            if tensor.node is None:
                session.variables[name] = Tensor(tensor.array, requires_grad=True)
        values.clear()
        last = session.variables.get("_")
        session.run(asked, emit, first_line=line or reached)
        session.variables["_"] = last
    finally:
        session.state.trace(None)
    if not values:
        raise ProgramError(Failed(1, 1, 1, "ValueError", "an expression with a value is needed here", asked))
    lines = "\n".join(texts).split("\n")[: (line or reached) - 1]
    lines += [""] * ((line or reached) - 1 - len(lines))
    lines += [] if asked.isidentifier() else asked.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    return Program(session, recording, values[-1], asked, tuple(lines))


def inside(session: Session, work: Callable[[], None]) -> None:
    """Do something under a session's modes, default dtype and bounds. Raises what it raises."""
    problems: list[BaseException] = []

    def emit(event: Event) -> None:
        if isinstance(event, Value):
            try:
                work()
            except BaseException as error:
                problems.append(error)
                raise
        elif isinstance(event, Failed) and not problems:
            problems.append(KeyboardInterrupt() if event.type == "KeyboardInterrupt" else ProgramError(event))

    session.run("0", emit)
    if problems:
        raise problems[0]


class Reading:
    """What a recorded value came from, by names: a function of named tensors.

    ``through`` a program's own Functions too, which can be computed again but have no formula. Raises NoFormula.
    """

    def __init__(self, program: Program, through: bool = False) -> None:
        self.program = program
        result = program.value
        if not isinstance(result, Tensor):
            raise NoFormula(f"{program.asked} is no tensor but a {type(result).__name__}")
        if result.node is None:
            raise NoFormula(f"{program.asked} {_NO_HISTORY}")
        if isinstance(result.node, AccumulateGrad):
            raise NoFormula(f"{program.asked} is a leaf: nothing was computed to get it")
        if program.recording.full:
            most = f"{program.recording.limit:,} operations or {MOST_BYTES >> 30} GB of numbers"
            raise NoFormula(f"{program.asked} stands at the end of more than {most}: too much to be written down")
        self.result = result
        self.chain: Chain = program.recording.chain(program.recording.slot(result), through)
        self.notes: list[str] = []
        #: Sources by the names that stand for them while a formula is made, and what these names mean.
        self.named: dict[str, Slot] = {}
        self.meaning: dict[str, str] = {}
        self.unnamed: list[Slot] = []
        self._name()
        self.leaves = {name: slot for name, slot in self.named.items() if isinstance(slot.origin, AccumulateGrad)}

    def _name(self) -> None:
        variables = {name: v for name, v in self.program.session.variables.items() if name != "_"}
        by_node: dict[Node, str] = {}
        by_array: dict[int, str] = {}
        order: dict[str, int] = {}
        for way, tensor in named_tensors(variables):
            if isinstance(tensor.node, AccumulateGrad):
                by_node.setdefault(tensor.node, way)
            by_array.setdefault(id(tensor.array), way)
            order.setdefault(way, len(order))
        self._by_node = by_node
        taken = set(variables)
        known = set(by_node.values())
        versions: dict[Node, Slot] = {}
        for slot in self.chain.sources:  # the last value of a leaf is the one that has its name
            if isinstance(slot.origin, AccumulateGrad):
                versions[slot.origin] = slot
        for slot in self.chain.sources:
            leaf = isinstance(slot.origin, AccumulateGrad)
            name: str | None = by_node.get(slot.origin) if leaf and slot.origin else by_array.get(id(slot.tensor.array))
            if leaf:
                if slot.origin is None or versions[slot.origin] is not slot:
                    continue
                if name is None and slot.called and slot.called not in known:
                    name = slot.called
                    self.notes.append(f"{name} is the leaf of that name: by now {name} is another tensor")
                    known.add(name)
                if name is None:
                    self.unnamed.append(slot)
                    continue
                if not same(slot.array, slot.tensor.array):
                    self.notes.append(f"{name} was changed in place after {self.program.asked} was computed")
            elif name is None or not same(slot.array, slot.tensor.array) or slot.opaque:
                continue
            word = name if name.isidentifier() else _word(name, taken)
            taken.add(word)
            self.named[word] = slot
            self.meaning[word] = name
        words = sorted(self.named, key=lambda word: order.get(self.meaning[word], -1))
        self.named = {word: self.named[word] for word in words}

    @property
    def variables(self) -> dict[str, Tensor]:
        return {word: wrap(slot.array.copy()) for word, slot in self.named.items()}

    @property
    def constant(self) -> set[str]:
        return set(self.named) - set(self.leaves)

    @property
    def taken(self) -> set[str]:
        return {re.split(r"\W", name)[0] for name in self.meaning.values()}

    def compute(self, values: Mapping[str, Any], double: bool = False) -> Tensor:
        return self.chain.run({slot: values[word] for word, slot in self.named.items()}, double)

    def seed(self) -> Tensor | None:
        array = self.result.array
        return None if array.size == 1 else wrap(np.ones(array.shape, array.dtype))

    def spoken(self, text: str) -> str:
        """A text with the names that things really have."""
        return spoken(text, self.meaning)

    def word(self, name: str) -> str:
        """What stands for a name while a formula is made."""
        return next((word for word, meaning in self.meaning.items() if meaning == name), name)

    def opaque(self) -> dict[str, str]:
        """The leaves below something that has no formula, by the names they really have, and why."""
        found: dict[Node, str] = {}
        for slot in self.chain.sources:
            if slot.opaque and slot.origin is not None:
                for node in leaves_below(slot.origin):
                    found.setdefault(node, slot.opaque)
        words = {slot.origin: self.meaning[word] for word, slot in self.leaves.items()}
        names = {node: words.get(node) or self._by_node.get(node) for node in found}
        return {name: found[node] for node, name in names.items() if name}


def subject(program: Program, gradient: Any = None, given: Iterable[str] = ()) -> Subject:
    """What ``derive`` reads of a program: to be derived ``inside`` its session.

    ``gradient`` is the one to start from where the value is no scalar; any will do where only the formula is wanted.
    Variables in ``given`` are differentiated by even if nothing came from them. Raises NoFormula.
    """
    reading = Reading(program)
    seed = reading.seed() if gradient is None else gradient
    cut = reading.opaque()
    if not reading.leaves and not cut:
        raise NoFormula(f"the leaves that {program.asked} was computed from have no name any more")
    variables = reading.variables
    try:
        value = reading.compute(variables)
    except (RuntimeError, ValueError, TypeError, IndexError):
        raise NoFormula(f"{program.asked} can't be computed again from what was recorded") from None
    again = value.array.shape == program.value.array.shape and agrees(value.array, reading.chain.result.array)
    if not again:
        raise NoFormula(f"{program.asked} is random: computed again it is something else")
    for name in given:
        other = program.session.variables.get(name)
        if isinstance(other, Tensor) and name not in cut and name not in reading.meaning.values():
            variables[name] = wrap(other.array.copy())
    truth = Truth(program.recording, reading.result, {w: s.origin for w, s in reading.leaves.items()}, seed)

    def finish(shown: Shown) -> Shown:
        return _finished(shown, reading, truth, cut)

    return Subject(
        reading.compute, variables, seed, reading.constant, reading.taken, finish, bool(reading.leaves), reading.meaning
    )


def _finished(shown: Shown, reading: Reading, truth: Truth, cut: Mapping[str, str]) -> Shown:
    """Without what ``backward`` doesn't do, and with what a reader has to know."""
    refused = truth.refused(reading) | {reading.word(name): why for name, why in cut.items()}
    missing = dict(shown.missing)
    blocks = []
    for block in shown.hessian:
        why = refused.get(block.first) or refused.get(block.second)
        if why:
            missing[f"{block.first}, {block.second}"] = why
        else:
            blocks.append(block)
    if not shown.hessian:
        missing |= refused
    kept = [(name, text) for name, text in shown.gradients if name not in missing]
    used = " ".join([shown.value, *(text for _, text in kept), *(block.text for block in blocks)])
    where: list[tuple[str, str]] = []
    for name, text in reversed(shown.where):
        if re.search(rf"\b{re.escape(name)}\b", used):
            where.insert(0, (name, text))
            used += " " + text
    names = {name for name, _ in kept} | {f"{block.first}, {block.second}" for block in blocks}
    conditions = [c._replace(variables=tuple(v for v in c.variables if v in names)) for c in shown.conditions]
    notes = list(reading.notes)
    asked = reading.program.asked
    if truth.refusal and not any("changed in place" in note for note in notes):
        notes.append(f"backward() fails by now: {truth.refusal}")
    if reading.unnamed:
        count = len(reading.unnamed)
        leaves = "a leaf" if count == 1 else f"{count} leaves"
        notes.append(f"{asked} also depends on {leaves} that no variable names any more")
    return shown._replace(
        gradients=kept,
        where=where,
        conditions=[c for c in conditions if c.variables],
        missing=missing,
        hessian=blocks,
        notes=tuple(notes),
    )


def _word(name: str, taken: Collection[str]) -> str:
    word = re.sub(r"\W+", "_", name).strip("_")
    while word in taken:
        word += "_"
    return word


# -- for a session of its own ---------------------------------------------------------------------------------------


def copied(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Variables that a session was given, for another one: tensors with memory of their own."""
    return {name: _copy(value) for name, value in variables.items()}


def _copy(value: Any) -> Any:
    if isinstance(value, Tensor):
        return Tensor(value.array.copy(), requires_grad=value.requires_grad)
    if type(value) in (list, tuple):
        return type(value)(_copy(v) for v in value)
    if type(value) is dict:
        return {k: _copy(v) for k, v in value.items()}
    return value


def floating(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dtype.category >= dtypes.FLOATING
