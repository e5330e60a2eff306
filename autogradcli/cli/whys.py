"""What ``why`` does with its target: a file and a name, a program, an expression of some variables."""

from __future__ import annotations

from collections.abc import Callable
from json import dumps

from ..language.read.syntax import parse
from ..recorded import copied, split
from ..session import Session
from ..show.plain import Display
from ..show.whys import NOTHING, why_event, why_text
from ..why.asking import Question
from ..why.inquiry import Why
from ..why.lines import one_a_line
from . import sessions
from .environment import Environment, UnreadableError
from .named_values import bind
from .playing import ENDINGS, EXPRESSION
from .request import Request


def answer(fresh: Callable[[], Session], request: Request, environment: Environment) -> bool:
    """Answer, or say what went wrong; False then."""
    file, asked = file_of(request.expression)
    title = "<stdin>" if file == "-" else file or EXPRESSION
    display = sessions.open_display(request.format_, environment, title, batch=False)
    try:
        text = environment.read_text(file) if file else request.expression
    except (OSError, UnreadableError) as error:
        display.show(sessions.unreadable(error))
        display.end(False, 0.0)
        return False
    given = fresh()
    named = bind(given, request, environment)
    if named is None:
        return False

    def begun() -> Session:
        session = fresh()
        session.variables.update(copied(given.variables))
        return session

    names = list(named.leaves)
    question = Question(text, begun) if file else Question(one_a_line(text), begun, differentiated)
    if not file and question.failure is None and not asked:
        found = [question.about(name) for name in names]
        ok = _show_all([why for why in found if why.kind != "fine"] or found, request.format_, display)
    else:
        ok = _show(question, asked, request.format_, display)
    display.end(ok, 0.0)
    return ok


def _show(question: Question, asked: str, format_: str, display: Display) -> bool:
    try:
        found = question.about(asked) if asked else question.at_all()
    except ValueError as error:
        display.show(sessions.about(asked, "ValueError", str(error)))
        return False
    if found is not None:
        return _show_all([found], format_, display)
    if question.failure is not None:
        sessions.refused(display, question.failure)
        return False
    return _show_all([], format_, display)


def _show_all(found: list[Why], format_: str, display: Display) -> bool:
    for why in found:
        if format_ == "json":
            display.out.raw(dumps(why_event(why)) + "\n")
        else:
            display.out.write(why_text(why))
    if not found and format_ != "json":
        display.out.write(NOTHING)
    return True


def file_of(target: str) -> tuple[str, str]:
    """The file and the name where a target means a file: ``net.py``, ``net.py:lin.weight.grad``, ``-:x.grad``."""
    file, colon, name = target.partition(":") if target.startswith("-:") else _at_ending(target)
    if file == "-" or (file.endswith(ENDINGS) and "\n" not in file):
        return file, name.strip() if colon else ""
    return "", ""


def _at_ending(target: str) -> tuple[str, str, str]:
    for ending in ENDINGS:
        at = target.rfind(ending + ":")
        if at >= 0:
            end = at + len(ending)
            return target[:end], ":", target[end + 1 :]
    return target, "", ""


def differentiated(text: str) -> str:
    """A program that ends in a bare expression of a tensor: its ``backward()`` is called."""
    try:
        parts = split(text)
        if parts is None or "backward" in parts[1]:
            return text
        parse(f"({parts[1]}).backward()")
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        return text
    before, asked, _ = parts
    return f"{before}({asked}).backward()"
