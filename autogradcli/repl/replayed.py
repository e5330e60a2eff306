"""The session's program run again in a session of its own, for the commands that read how a value came about."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.node import AccumulateGrad
from ..engine.tensor import Tensor
from ..events import Failed
from ..explain.derivation import NoFormula
from ..explain.nan_search import origin_of_nan as search
from ..language.compile.evaluate import evaluate
from ..recorded import MOST_OPERATIONS, Program, ProgramError, Reading, copied, floating, inside, play, subject
from ..session import Session
from ..show.formulas import answer
from .commands.expressions import expression, floating_variables
from .commands.table import CommandError
from .interruptible import within
from .journal import listing

if TYPE_CHECKING:
    from ..show.derive_options import Wanted
    from ..studies.check import Asked, Checked
    from ..studies.curves import Scalar
    from ..why.inquiry import Why
    from .commands.prompt import Prompt


def derived(prompt: Prompt, argument: str, wanted: Wanted) -> str:
    """The formulas of a variable or an expression, as they are wanted. Raises CommandError, Failure."""
    found: list[str] = []

    def read(program: Program) -> None:
        prelude = program.session.prelude

        def work() -> None:
            made = answer(
                argument,
                subject(program),
                evaluate=lambda lines, text, values: evaluate(lines, text, values, prelude),
                wanted=wanted,
            )
            found.append(made.text)

        inside(program.session, work)

    _again(prompt, argument, read)
    return found[0]


def explained(prompt: Prompt, argument: str) -> str:
    """The derivation of a value with the numbers of its point. Raises CommandError, Failure."""
    from ..show.explanations import explanation_text
    from ..why.explaining import explanation

    found: list[str] = []

    def read(program: Program) -> None:
        inside(program.session, lambda: found.append(explanation_text(explanation(program))))

    _again(prompt, argument, read)
    return found[0]


def origin_of_nan(prompt: Prompt, argument: str) -> str | None:
    """Where a NaN in the gradients of a value begins, or in that of a leaf. Raises CommandError."""
    found: list[str | None] = []
    leaf = argument.strip().removesuffix(".grad")
    value = prompt.session.variables.get(leaf)
    if isinstance(value, Tensor) and isinstance(value.node, AccumulateGrad):
        _again(prompt, leaf, lambda program: found.append(_of_leaf(program, leaf)))
    else:
        _again(prompt, argument, lambda program: found.append(_origin(Reading(program))))
    return found[0]


def checked(prompt: Prompt, argument: str, asked: Asked) -> Checked:
    """How the gradients of a value compare with finite differences. Raises CommandError, Failure."""
    from ..studies.check import check
    from ..studies.claims import reader

    found: list[Checked] = []

    def read(program: Program) -> None:
        inside(program.session, lambda: found.append(check(program, asked, reader(program.session))))

    _again(prompt, argument, read)
    return found[0]


def asked_why(prompt: Prompt, argument: str) -> Why | None:
    """Why a gradient is what it is; without an argument about the error of the last input, or the first surprise.
    Raises CommandError, Failure."""
    found: list[Why | None] = []
    texts = listing(prompt.program)
    done = "\n".join(texts)
    text = f"{done}\n{prompt.failed}" if prompt.failed and not argument else done

    def fresh() -> Session:
        session = _fresh(prompt)
        session.variables.update(copied(prompt.given))
        return session

    def work() -> None:
        from ..why.asking import Question
        from ..why.lines import one_a_line

        question = Question(one_a_line(text), fresh, numbered=False)
        try:
            found.append(question.about(argument) if argument else question.at_all())
        except ValueError as error:
            problems.append(str(error))

    problems: list[str] = []
    within(prompt.interrupts, work, argument or ":why")
    if problems:
        raise CommandError(problems[0])
    return found[0]


def explained_again(prompt: Prompt, event: Failed, text: str) -> Failed:
    """An error of an input, with a hint of what led to it. Raises Failure, KeyboardInterrupt."""
    from ..why.known import explained

    found: list[Failed] = []
    whole = "\n".join([*listing(prompt.program), text])

    def fresh() -> Session:
        session = _fresh(prompt)
        session.variables.update(copied(prompt.given))
        return session

    within(prompt.interrupts, lambda: found.append(explained(event, whole, fresh, numbered=False)), text)
    return found[0]


def _fresh(prompt: Prompt) -> Session:
    """A session as the prompt's own began."""
    return Session(
        seed=prompt.seed,
        default_dtype=prompt.first_dtype,
        grad_enabled=prompt.first_grad,
        deadline_seconds=prompt.session.deadline_seconds,
        memory_bytes=prompt.session.memory_bytes,
        pytorch=prompt.session.state.pytorch,
    )


def as_function(prompt: Prompt, argument: str, names: Sequence[str], work: Callable[[Scalar], None]) -> None:
    """Do something with a computed variable as a function of leaves. Raises CommandError, Failure."""
    from ..studies.curves import of_program

    def read(program: Program) -> None:
        inside(program.session, lambda: work(of_program(program, names)))

    _again(prompt, argument, read)


def _origin(reading: Reading) -> str | None:
    found: list[str | None] = []
    variables = reading.variables
    work = lambda: found.append(  # noqa: E731
        search(reading.compute, variables, reading.seed(), constant=reading.constant, spoken=reading.spoken)
    )
    inside(reading.program.session, work)
    return found[0]


def _of_leaf(program: Program, leaf: str) -> str | None:
    """In what the variables hold that was computed from a leaf, the last one first."""
    session = program.session
    computed = [v for v in session.variables.values() if isinstance(v, Tensor) and floating(v) and not v.is_leaf]
    computed.sort(key=lambda v: -program.recording.number(v))
    for value in computed:
        reading = Reading(program._replace(value=value))
        if leaf in reading.meaning.values():
            found = _origin(reading)
            if found is not None:
                return found
    return None


def _again(prompt: Prompt, argument: str, read: Callable[[Program], None]) -> None:
    """Run the session's program again and then the argument, for ``read``. Raises CommandError, Failure."""
    session = prompt.session
    tree = expression(argument)
    name = tree.id if isinstance(tree, ast.Name) else ""
    wanted = session.variables.get(name)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if not used & set(session.variables):
        raise CommandError("there is no floating tensor in it to differentiate by")
    leaves = [] if name else [n for n in floating_variables(session, tree) if session.variables[n].node is None]

    def checked(program: Program) -> None:
        if isinstance(wanted, Tensor) and not wanted.is_leaf and name in prompt.given and program.value.is_leaf:
            raise NoFormula(f"what {name} was computed from is not known: it was there before this prompt")
        if isinstance(wanted, Tensor) and not alike(program.value, wanted):
            raise NoFormula(f"{name} isn't what the session's program gives when it is run again")
        read(program)

    replay(prompt, argument, checked, leaves)


def replay(
    prompt: Prompt,
    argument: str,
    read: Callable[[Program], None],
    leaves: Collection[str] = (),
    limit: int = MOST_OPERATIONS,
) -> None:
    """Run the session's program again in a session of its own and then the argument, written down, for ``read``.

    ``leaves`` are variables that require grad for it alone. Raises CommandError, Failure.
    """
    problems: list[str] = []

    def work() -> None:
        scratch = _fresh(prompt)
        scratch.variables.update(copied(prompt.given))
        try:
            read(play(scratch, listing(prompt.program), argument, leaves, limit=limit))
        except (ProgramError, NoFormula, ValueError) as error:
            problems.append(str(error))

    within(prompt.interrupts, work, argument)
    if problems:
        raise CommandError(problems[0])


def alike(a: Any, b: Tensor) -> bool:
    """Whether a value is a tensor of the same numbers."""
    return isinstance(a, Tensor) and a.array.shape == b.array.shape and np.array_equal(a.array, b.array, equal_nan=True)
