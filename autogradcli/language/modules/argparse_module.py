"""``argparse``: options of a program. A program here is started without any, so that its defaults hold, unless it
gives ``parse_args`` a list of texts.

Python's own parser does the work, on texts and numbers alone; what the program gives as a type is called by the
language's rules. No file is read: ``FileType`` and ``fromfile_prefix_chars`` are not here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from ...api.calls.program_classes import Object, fields_of, put
from ...api.calls.registry import CONSTRUCTORS, Method, attributes_of, namespace
from ...engine.state import state
from ...numerics.naming import shown_as
from ..compile.calls import callable_of
from ..values.budget import budget, check_text
from ..values.text_format import to_repr

_PROGRAM = "program"
_KEYWORDS = frozenset(
    ("action", "nargs", "const", "default", "type", "choices", "required", "help", "metavar", "dest", "version")
)
_ACTIONS = frozenset(
    ("store", "store_const", "store_true", "store_false", "append", "append_const", "count", "help", "version", "extend")
)
_MOST = 1000


class Namespace(Object):
    """The values of options, by name."""

    __module__ = "builtins"

    def __init__(self, **kwargs: Any) -> None:
        for name, value in kwargs.items():
            put(self, name, value)

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={to_repr(value)}" for name, value in fields_of(self).items())
        return f"Namespace({parts})"

    def __eq__(self, other: Any) -> bool:
        return type(other) is Namespace and fields_of(self) == fields_of(other)

    def __contains__(self, key: Any) -> bool:
        return key in fields_of(self)

    __hash__ = None  # type: ignore[assignment]


class _Quiet(argparse.ArgumentParser):
    """Python's parser, whose messages go where the program's go."""

    def _print_message(self, message: str, file: Any = None) -> None:
        if file is None:
            budget.print(message)
        else:
            state.warn("stderr", message.rstrip("\n"))

    def print_help(self, file: Any = None) -> None:
        budget.print(self.format_help())


@shown_as("ArgumentParser")
class Parser:
    """What options a program has."""

    __slots__ = ("count", "held", "whole")

    def __init__(self, held: Any, whole: Any = None) -> None:
        self.held = held
        self.whole = held if whole is None else whole
        self.count = 0


def _plain(value: Any, depth: int = 0) -> Any:
    if value is None or type(value) in (bool, int, float, str):
        check_text(len(value) if type(value) is str else 0)
        return value
    if type(value) in (list, tuple, range) and depth < 3:
        budget.spend(64 * len(value))
        return type(value)(_plain(each, depth + 1) for each in value) if type(value) is not range else list(value)
    raise TypeError(f"argparse here takes texts and numbers, not {type(value).__name__}")


def _type_of(value: Any) -> Callable[[str], Any]:
    call = callable_of(value)

    def convert(text: str) -> Any:
        return call(text)

    name = getattr(value, "__name__", "")
    convert.__name__ = name if type(name) is str else "type"
    return convert


def make(
    prog: Any = None, usage: Any = None, description: Any = None, epilog: Any = None, formatter_class: Any = None,
    add_help: Any = True, allow_abbrev: Any = True, conflict_handler: Any = "error", parents: Any = (),
    argument_default: Any = None, exit_on_error: Any = True,
) -> Parser:  # fmt: skip
    """A parser without options but ``--help``."""
    return Parser(
        _Quiet(
            prog=_plain(prog) or _PROGRAM, usage=_plain(usage), description=_plain(description), epilog=_plain(epilog),
            add_help=bool(add_help), allow_abbrev=bool(allow_abbrev),
        )
    )  # fmt: skip


def add_argument(parser: Any, *names: Any, **options: Any) -> None:
    """One more option (``'--lr'``) or argument (``'file'``). Raises TypeError and ValueError in Python's words."""
    if parser.count >= _MOST:
        raise MemoryError(f"a parser has at most {_MOST} options")
    parser.count += 1
    for key in options:
        if key not in _KEYWORDS:
            raise TypeError(f"add_argument() got an unexpected keyword argument '{key}'")
    action = options.get("action", "store")
    if type(action) is not str or action not in _ACTIONS:
        raise ValueError(f"add_argument(action=) takes one of {', '.join(sorted(_ACTIONS))}")
    kept = {key: value for key, value in options.items() if key in ("default", "const")}
    plain = {key: _plain(value) for key, value in options.items() if key not in ("type", "default", "const")}
    if options.get("type") is not None:
        plain["type"] = _type_of(options["type"])
    made = parser.held.add_argument(*(_plain(name) for name in names), **plain)
    for key, value in kept.items():
        setattr(made, key, value)


def parse_args(parser: Any, args: Any = None, namespace: Any = None) -> Namespace:
    """The values of all options: of the list, or where there is none their defaults. Ends the program for wrong ones."""
    known, rest = parse_known_args(parser, args, namespace)
    if rest:
        parser.whole.error(f"unrecognized arguments: {' '.join(rest)}")
    return known


def parse_known_args(parser: Any, args: Any = None, namespace: Any = None) -> tuple[Namespace, list[str]]:
    """The values of all options, and what is none of them."""
    given = [] if args is None else [_plain(each) for each in budget.items(args)]
    if any(type(each) is not str for each in given):
        raise TypeError("parse_args() needs a list of texts")
    found, rest = parser.whole.parse_known_args(given)
    made = namespace if type(namespace) is Namespace else Namespace()
    for name, value in vars(found).items():
        put(made, name, value)
    return made, rest


def _group(parser: Any, title: Any = None, description: Any = None, **kwargs: Any) -> Parser:
    """Options that help shows together."""
    return Parser(parser.held.add_argument_group(_plain(title), _plain(description)), parser.whole)


def _exclusive(parser: Any, required: Any = False) -> Parser:
    """Options of which only one may be given."""
    return Parser(parser.held.add_mutually_exclusive_group(required=bool(required)), parser.whole)


def _set_defaults(parser: Any, **kwargs: Any) -> None:
    """Other defaults, by name."""
    parser.whole.set_defaults(**kwargs)


def _error(parser: Any, message: Any) -> None:
    """End the program with a message about its options."""
    parser.whole.error(_plain(message))


CONSTRUCTORS[Parser] = make
for _name, _call in (
    ("add_argument", add_argument), ("parse_args", parse_args), ("parse_known_args", parse_known_args),
    ("add_argument_group", _group), ("add_mutually_exclusive_group", _exclusive), ("set_defaults", _set_defaults),
    ("error", _error),
):  # fmt: skip
    attributes_of(Parser)[_name] = Method(_call, _call.__doc__ or "")
attributes_of(Parser)["print_help"] = Method(lambda parser: parser.whole.print_help(), "Print what options there are.")
attributes_of(Parser)["format_help"] = Method(lambda parser: parser.whole.format_help(), "What options there are.")


@shown_as("ArgumentTypeError")
class ArgumentTypeError(argparse.ArgumentTypeError):
    """What a type says of a text that isn't of it."""


#: Words for ``formatter_class``: help is laid out in one way.
_FORMATS = ("HelpFormatter", "ArgumentDefaultsHelpFormatter", "RawTextHelpFormatter", "RawDescriptionHelpFormatter")
_table = namespace("argparse")
_table |= {
    "ArgumentParser": Parser, "Namespace": Namespace, "ArgumentTypeError": ArgumentTypeError,
    "SUPPRESS": argparse.SUPPRESS, "REMAINDER": argparse.REMAINDER, **dict.fromkeys(_FORMATS, "format"),
}  # fmt: skip
