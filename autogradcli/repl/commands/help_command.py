"""``:help``: the commands, or what is known about a name, with examples that are run at that moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...api.calls.overloads import Function
from ...api.calls.registry import NAMESPACES, Method
from ...engine.tensor import Tensor
from ...events import Event, Failed, Printed, Value
from ...language.read.tokens import NAME, tokens
from ...language.values.attribute_lookup import entry_of, get_attribute
from ...language.values.text_format import to_repr
from ...session import Session
from ...show.escape import escape, escape_line
from ...show.stream import BOLD
from ..examples import EXAMPLES, METHODS, SETUP, arguments
from ..interruptible import within
from ..signatures import noted, signatures, written_out
from .prompt import Prompt
from .table import COMMANDS, CommandError, command, find

#: Seconds that an example may take.
DEADLINE = 1.0


@command(":help", "[NAME]", ":h", ":?", words=lambda session: {*session.variables, *session.prelude, *COMMANDS})
def _help(prompt: Prompt, argument: str) -> None:
    """Tell about the commands, or about a name.

    The examples are run at that moment, in a session of their own.
    """
    out = prompt.out
    if not argument:
        width = max(len(f"{one.name} {one.argument}") for one in COMMANDS.values())
        for one in COMMANDS.values():
            out.write(f"  {f'{one.name} {one.argument}'.ljust(width)}  {one.summary}\n")
        out.write(
            "\nAnything else is a program: an expression shows its value, _ is the last one.\n"
            "Enter runs what is complete, Alt-Enter begins another line, Tab completes,\n"
            "Ctrl-C stops, Ctrl-D leaves.\n"
        )
    elif argument.startswith(":"):
        one = find(argument)
        out.write(f"{one.name} {one.argument}".rstrip() + f"\n{_indented(one.text)}\n")
        if one.aliases:
            out.write(f"  also: {', '.join(one.aliases)}\n")
    else:
        session = prompt.session
        texts: list[str] = []

        def work() -> None:
            try:
                texts.append(documentation(session, argument))
            except CommandError as error:
                refused.append(error)

        refused: list[CommandError] = []
        within(prompt.interrupts, work, argument)
        if refused:
            raise refused[0]
        out.write(escape(texts[0]).rstrip() + "\n")
        shown = list(live_examples(session, argument))
        names = {word for source, _ in shown for word in _words(source)}
        given = [line for line in SETUP.strip().split("\n") if line.partition(" ")[0] in names]
        if shown:
            out.raw("".join(f"\n  {line}" for line in given) + "\n")
        for source, result in shown:
            out.raw(out.style(f"  >>> {escape_line(source)}", BOLD) + "\n" + _indented(escape(result)) + "\n")


def _words(source: str) -> Iterator[str]:
    return (token.text for token in tokens(source) if token.kind == NAME)


def documentation(session: Session, dotted: str) -> str:
    """What is known about a dotted name: what it is, its signatures, its text. Raises CommandError where there is no
    such name.

    The last name may be a method or a property, whose value is not asked for.
    """
    owner, value = _find(session, dotted)
    last = dotted.rpartition(".")[2]
    text = noted(value, "doc") or ""
    if "." not in dotted and not text:  # a bare name that is Python's on numbers and the tensor's on tensors
        text = noted(NAMESPACES.get("torch", {}).get(dotted), "doc") or ""
    found = signatures(value, last if "." not in dotted else "")
    written = "".join(f"  {last}{written_out(signature)}\n" for signature in found)
    if owner is not None:
        text = text or noted(noted(value, "call"), "doc") or ""
        return f"{dotted}, of a {type(owner).__name__}\n{written}{_indented(text)}"
    if found:
        return f"{dotted}\n{written}{_indented(text)}"
    return f"{dotted} is {to_repr(value)}\n{written}{_indented(text if isinstance(text, str) else '')}"


def _find(session: Session, dotted: str) -> tuple[Any, Any]:
    """The value of a dotted name, or an attribute's entry with the value that it is of. Raises CommandError."""
    first, *rest = dotted.split(".")
    names: dict[str, Any] = {**session.prelude, **session.variables}
    if first not in names:
        raise CommandError(f"there is nothing under the name {escape_line(first)}")
    value = names[first]
    for k, name in enumerate(rest):
        entry = entry_of(value if not isinstance(value, type) else _instance(value), name)
        if entry is not None:
            if k + 1 < len(rest):
                raise CommandError(f"help ends at {'.'.join([first, *rest[: k + 1]])}")
            return _instance(value) if isinstance(value, type) else value, entry
        try:
            value = get_attribute(value, name)
        except AttributeError as error:
            raise CommandError(str(error)) from None
    return None, value


def _instance(kind: type) -> Any:
    """A value of that type, where attributes of the type mean those of its values: ``torch.Tensor.sum``."""
    import numpy as np

    return Tensor(np.zeros(())) if kind is Tensor else kind


def _indented(text: str) -> str:
    from inspect import cleandoc

    return "\n".join(f"  {line}".rstrip() for line in cleandoc(text).split("\n")) if text else ""


def live_examples(session: Session, dotted: str) -> Iterator[tuple[str, str]]:
    """Examples of a name, each with what it gives now, in a session of their own. One that fails is left out, as where
    the arguments that were made up for it don't fit."""
    owner, value = _find(session, dotted)
    name = dotted.rpartition(".")[2]
    sources = (METHODS.get(name) if isinstance(owner, Tensor) else None) or EXAMPLES.get(name)
    if sources is None:
        sources = _made_up(value, name, dotted, isinstance(owner, Tensor))
    elif dotted in session.variables:
        sources = []
    fresh = Session(seed=0, deadline_seconds=DEADLINE)
    fresh.run(SETUP, lambda event: None)
    for source in sources:
        events: list[Event] = []
        fresh.run(source, events.append)
        if not any(isinstance(event, Failed) for event in events):
            texts = [event.text if isinstance(event, Printed) else to_repr(event.value) + "\n"
                     for event in events if isinstance(event, (Printed, Value))]  # fmt: skip
            yield source, "".join(texts).rstrip("\n")


def _made_up(value: Any, name: str, dotted: str, of_tensor: bool) -> list[str]:
    if isinstance(value, Method) and of_tensor:
        function: Any = value.call
    else:
        function = (
            NAMESPACES.get("torch", {}).get(name) if "." not in dotted and not isinstance(value, Function) else value
        )
    if not isinstance(function, Function):
        return []
    given = arguments(function.schemas[0])
    if given is None:
        return []
    return [f"x.{name}({given})" if of_tensor else f"{dotted}({given})"]
