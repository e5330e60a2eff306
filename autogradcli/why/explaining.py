"""A derivation with the numbers of its point: each value on the way from the leaves to the result, and each gradient on
the way back, with the local rule that made it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..engine.tensor import Tensor, wrap
from ..explain.derivation import NoFormula
from ..explain.derived import Evaluate, Shown, Subject, derive
from ..explain.entries import Entry, Slot
from ..explain.recording import Recording
from ..explain.spoken import spoken
from ..language.compile.evaluate import evaluate
from ..recorded import Program, Reading
from ..tensor_names import named_tensors
from .flow import Flow
from .lineage import operands

#: Operations that somebody reads.
MOST = 60
_LETTERS = "uvwpqrhkabcdst"


class Made(NamedTuple):
    """A value on the way to the result: ``h = x * x``."""

    name: str
    text: str
    line: int
    value: np.ndarray


class Passed(NamedTuple):
    """What an operation passes on: ``x.grad = 2 * x * h.grad``; one of several where branches meet."""

    name: str
    text: str
    by: str
    """The value that it comes from."""
    line: int
    value: np.ndarray


class Explanation(NamedTuple):
    asked: str
    given: list[tuple[str, np.ndarray]]
    forward: list[Made]
    backward: list[Passed]
    sums: dict[str, np.ndarray]
    """The whole gradient of each value."""
    leaves: list[str]


def explanation(program: Program, start: Any = None) -> Explanation:
    """Of what was asked of a recorded program; to be made ``inside`` its session. Raises NoFormula."""
    reading = Reading(program)
    seed = start if start is not None else reading.seed()
    array = np.ones(reading.result.array.shape, reading.result.array.dtype) if seed is None else np.array(seed.array)
    named = {slot: reading.meaning[word] for word, slot in reading.named.items()}
    variables = {name: v for name, v in program.session.variables.items() if name != "_"}
    for name, tensor in named_tensors(variables):
        named.setdefault(program.recording.slot(tensor), name)
    prelude = program.session.prelude

    def evaluated(lines: list[tuple[str, str]], text: str, values: Mapping[str, Any]) -> Any:
        return evaluate(lines, text, values, prelude)

    result = program.recording.slot(reading.result)
    return explained(program.recording, result, array, named, program.asked, evaluated)


def explained(
    recording: Recording, result: Slot, seed: np.ndarray, named: Mapping[Slot, str], asked: str, evaluate: Evaluate
) -> Explanation:
    """``named`` are the names of values that have some. Raises NoFormula for a derivation that is too long to read."""
    flow = Flow(recording, result, seed)
    chain = flow.chain
    if len(chain.entries) > MOST:
        raise NoFormula(
            f"it takes {len(chain.entries)} operations, more than somebody reads: derive --steps, or --code"
        )
    words = _words(chain.entries, chain.sources, named, result, asked)
    names = {word: name for slot, (word, name) in words.items() if word != name}
    forward: list[Made] = []
    rules: dict[Entry, Shown | None] = {}
    for entry in chain.entries:
        rules[entry] = shown = _rule(entry, words, evaluate)
        text = shown.value if shown is not None and shown.value else ""
        several = len(entry.outputs) > 1
        for k, out in enumerate(entry.outputs):
            if out in words and (not k or out.tracked):
                said = _whole(text, shown) if text and not k else _plain(entry, words) + (f"[{k}]" if several else "")
                forward.append(Made(words[out][1], spoken(said, names), entry.line, out.array))
    backward: list[Passed] = []
    for entry in reversed(chain.entries):
        shown = rules[entry]
        found = {} if shown is None else dict(shown.gradients)
        by = next((words[out] for out in entry.outputs if out in words), ("", ""))
        seen: dict[Slot, np.ndarray] = {}
        for share in flow.given.get(entry, ()):
            seen[share.slot] = seen[share.slot] + share.gradient if share.slot in seen else share.gradient
        for slot, gradient in seen.items():
            word, name = words[slot]
            text = found.get(word, "")
            whole = f"{by[1]}.grad"
            text = spoken(_with(_whole(text, shown), whole), names) if text else "no formula"
            backward.append(Passed(name, text, by[1], entry.line, gradient))
    sums = {words[slot][1]: g for slot, g in flow.arrived.items() if slot in words}
    leaves = [words[s][1] for s in chain.sources if s.tracked and s in words]
    given = [(words[s][1], s.array) for s in chain.sources if s in words and named.get(s)]
    return Explanation(words[result][1], given, forward, backward, sums, leaves)


def _words(
    entries: list[Entry], sources: list[Slot], named: Mapping[Slot, str], result: Slot, asked: str
) -> dict[Slot, tuple[str, str]]:
    """For each value a word that stands for it in formulas, and what it is called."""
    taken = {name.partition(".")[0].partition("[")[0] for name in named.values()} | {"g"}
    letters = (letter + digit for digit in ("", *map(str, range(1, 99))) for letter in _LETTERS)
    free = (letter for letter in letters if letter not in taken)
    words: dict[Slot, tuple[str, str]] = {}
    for slot in [*sources, *(out for entry in entries for out in entry.outputs)]:
        name = named.get(slot, "")
        if slot is result and not name:
            name = asked if asked.isidentifier() else next((n for n in ("y", "out") if n not in taken), next(free))
            taken.add(name)
        if not name:
            if slot.entry is None and not slot.tracked:
                continue  # a number or a constant of the program's
            name = next(free)
        word = name if name.isidentifier() else next(free)
        words[slot] = word, name
    return words


def _rule(entry: Entry, words: Mapping[Slot, tuple[str, str]], evaluate: Evaluate) -> Shown | None:
    """What one operation is, and what its rule says, in terms of its operands; None where that can't be said."""
    slots = {words[s][0]: s for s in operands(entry) if s in words}
    variables: dict[str, Any] = {}
    constant = []
    for word, slot in slots.items():
        variables[word] = wrap(slot.array.copy())
        if not slot.tracked:
            constant.append(word)
    out = entry.outputs[0]

    def compute(values: Mapping[str, Any]) -> Any:
        made = entry.op.call(
            *[_filled(a, lambda s: values[words[s][0]] if s in words else wrap(s.array)) for a in entry.args]
        )
        return made[0] if isinstance(made, tuple) else made

    if not out.tracked:
        return None
    try:
        seed = wrap(np.random.default_rng(0).uniform(0.5, 1.5, out.array.shape).astype(out.array.dtype))
        return derive(Subject(compute, variables, seed, constant), evaluate=evaluate, value=True)
    except (NoFormula, ValueError, RuntimeError, TypeError, NotImplementedError, IndexError):
        return None


def _filled(a: Any, of: Callable[[Slot], Tensor]) -> Any:
    if isinstance(a, Slot):
        return of(a)
    return [_filled(x, of) for x in a] if isinstance(a, list) else a


def _plain(entry: Entry, words: Mapping[Slot, tuple[str, str]]) -> str:
    parts = [words[s][0] if s in words else "..." for s in operands(entry)]
    return f"{entry.op.spelling or entry.op.name}({', '.join(parts)})"


def _whole(text: str, shown: Shown | None) -> str:
    """A text without names for what repeats in it, which is short in one operation's rule."""
    for name, meaning in reversed(shown.where if shown is not None else []):
        call = re.fullmatch(r"[\w.]+(\(.*\))?", meaning)
        text = re.sub(rf"\b{name}\b", (meaning if call else f"({meaning})").replace("\\", r"\\"), text)
    return text


def _with(text: str, whole: str) -> str:
    """A rule's text, with the gradient that arrives by its name in the place of ``g``."""
    return re.sub(r"\bg\b", whole, text)
