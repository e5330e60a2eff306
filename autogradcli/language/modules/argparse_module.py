"""``argparse``: options of a program with their defaults. A program here is started without any, so ``parse_args()``
gives the defaults; with a list of words it reads those."""

from __future__ import annotations

import argparse
import re
from typing import Any

from ...api.calls.program_classes import fields_of
from ...api.calls.registry import Method, attributes_of, namespace
from ...numerics.naming import shown_as
from ..compile.calls import Builtin, callable_of
from ..values.budget import budget, check_items
from ..values.checked_operators import contains
from ..values.kinds import UNBOUND, Form
from ..values.streams import current, writer_of
from ..values.text_format import to_repr, to_str
from .types_module import SimpleNamespace

#: A value in a help text that would be a thousand letters wide, or more.
_WIDE = re.compile(r"%(\([^)]*\))?[^a-zA-Z%]*(\d{4,}|\*)")
_PLAIN = {"store", "append"}
_CONSTANTS = {"store_true": True, "store_false": False, "store_const": None}
_WITHOUT_VALUE = {*_CONSTANTS, "count", "boolean"}
_ACTIONS = {*_PLAIN, *_WITHOUT_VALUE}


@shown_as("argparse.Namespace")
class Namespace(SimpleNamespace):
    """The values of options, as attributes."""

    _title = "Namespace"

    def __contains__(self, key: Any) -> bool:
        return key in fields_of(self)


@shown_as("argparse.Action")
class Option:
    """One option or argument."""

    __slots__ = (
        "action", "choices", "const", "default", "dest", "flags", "help", "metavar", "nargs", "required", "type",
    )  # fmt: skip

    def __init__(self, flags: list[str], given: dict[str, Any]) -> None:
        self.help = None if given.get("help") is None else to_str(given["help"])
        self.metavar = None if given.get("metavar") is None else to_str(given["metavar"])
        if self.help is not None and _WIDE.search(self.help):
            raise ValueError("a help text's values have at most 999 letters here")
        for word in ("help", "metavar"):
            given.pop(word, None)
        self.flags = [flag for flag in flags if flag.startswith("-")]
        action = given.pop("action", "store")
        self.action = "boolean" if action is BOOLEAN else action
        if self.action not in _ACTIONS:
            raise ValueError(f"unknown action {to_repr(action)}")
        longest = next((flag for flag in flags if flag.startswith("--")), flags[0])
        self.dest = given.pop("dest", None) or longest.lstrip("-").replace("-", "_")
        self.const = _CONSTANTS.get(self.action)
        if self.action == "store_const":
            self.const = given.pop("const", None)
        starts = {"store_true": False, "store_false": True}.get(self.action)
        self.default = given.pop("default", starts)
        self.type, self.choices, self.nargs = (
            given.pop("type", None),
            given.pop("choices", None),
            given.pop("nargs", None),
        )
        if self.nargs == "?":
            self.const = given.pop("const", None)
        self.required = given.pop("required", not self.flags and self.nargs not in ("?", "*"))
        if self.type is not None:
            callable_of(self.type)
        if given:
            raise TypeError(f"add_argument() got an unexpected keyword argument {next(iter(given))!r}")
        if not (self.nargs is None or self.nargs in ("?", "*", "+") or type(self.nargs) is int):
            raise ValueError(f"nargs is a number, '?', '*' or '+', not {to_repr(self.nargs)}")

    @property
    def title(self) -> str:
        return "/".join(self.flags) or self.dest


class Shown(str):
    """A choice as Python's help shows it: by its ``str``, and in messages by its ``repr``."""

    __slots__ = ("said",)

    said: str

    def __new__(cls, said: str, text: str) -> Shown:
        made = super().__new__(cls, text)
        made.said = said
        return made

    def __repr__(self) -> str:
        return self.said


BOOLEAN = Form("BooleanOptionalAction")


@shown_as("argparse.ArgumentParser")
class Parser:
    """Reads words into values. Raises SystemExit, with the error's words on stderr, for words that it doesn't know."""

    __slots__ = ("defaults", "description", "epilog", "options", "prog")

    def __init__(self, prog: Any = None, description: Any = None, **options: Any) -> None:
        self.prog = "program" if prog is None else to_str(prog)
        self.description = "" if description is None else to_str(description)
        self.epilog = "" if options.get("epilog") is None else to_str(options["epilog"])
        self.options: list[Option] = []
        self.defaults: dict[str, Any] = {}

    def add_argument(self, *name_or_flags: Any, **options: Any) -> Option:
        """Declare an option (``--lr``) or an argument (``file``)."""
        if not name_or_flags or not all(type(flag) is str and flag for flag in name_or_flags):
            raise TypeError("add_argument() takes the names of an option, as texts")
        check_items(len(self.options) + 1)
        self.options.append(Option(list(name_or_flags), options))
        return self.options[-1]

    def add_group(self, *args: Any, **options: Any) -> Parser:
        """Options that help would show together; here they are the parser's own."""
        return self

    def set_defaults(self, **defaults: Any) -> None:
        """Values that are there without any option."""
        self.defaults.update(defaults)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """The values of all options, of these words; without them the defaults."""
        found, rest = self.parse_known_args(args, namespace)
        if rest:
            self.error("unrecognized arguments: " + " ".join(rest))
        return found

    def error(self, message: Any) -> None:
        """Say on stderr what is wrong, and end the program with 2."""
        writer_of(current("stderr"))(f"{self.usage()}{self.prog}: error: {to_str(message)}\n")
        raise SystemExit(2)

    def real(self) -> argparse.ArgumentParser:
        """Python's own parser of the same options, for its texts."""
        made = argparse.ArgumentParser(
            self.prog, description=self.description or None, epilog=self.epilog or None,
            formatter_class=lambda prog: argparse.HelpFormatter(prog, width=78),
        )  # fmt: skip
        for option in self.options:
            shown: dict[str, Any] = {"help": option.help}
            if option.action in _PLAIN:
                shown |= {"metavar": option.metavar, "nargs": option.nargs}
                if option.choices is not None:
                    shown["choices"] = [Shown(to_repr(each), to_str(each)) for each in budget.items(option.choices)]
            if option.default is not None:
                shown["default"] = to_str(option.default)
            if option.flags:
                shown |= {"dest": option.dest, "required": bool(option.required)}
            kind = argparse.BooleanOptionalAction if option.action == "boolean" else option.action
            made.add_argument(*(option.flags or [option.dest]), action=kind, **shown)
        return made

    def usage(self) -> str:
        """How the program is called."""
        return self.real().format_usage()

    def help_text(self) -> str:
        """All that can be given, and what it means. Raises as Python for a text with a wrong ``%``."""
        return self.real().format_help()

    def print_help(self, file: Any = None) -> None:
        """Print what can be given."""
        writer_of(current("stdout") if file is None else file)(self.help_text())

    def print_usage(self, file: Any = None) -> None:
        """Print how the program is called."""
        writer_of(current("stdout") if file is None else file)(self.usage())

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """The values, and the words that no option knows."""
        words = [] if args is None else list(budget.items(args))
        if not all(type(word) is str for word in words):
            raise TypeError("parse_args() takes a list of texts")
        values: dict[str, Any] = {}
        rest = self._read(words, values)
        missing = [option.title for option in self.options if option.required and option.dest not in values]
        if missing:
            self.error("the following arguments are required: " + ", ".join(missing))
        found: dict[str, Any] = {}
        for option in self.options:
            if option.dest in values:
                found[option.dest] = values[option.dest]
            elif option.dest not in found:
                default = self.defaults.get(option.dest, option.default)
                found[option.dest] = self._converted(option, default) if type(default) is str else default
        if namespace is not None:
            raise NotImplementedError("parse_args() makes its namespace itself here")
        found.update({name: value for name, value in self.defaults.items() if name not in found})
        return Namespace(**found), rest

    def _read(self, words: list[str], values: dict[str, Any]) -> list[str]:
        """Put the values of all words into a dict; the words left over."""
        flags = {flag: option for option in self.options for flag in option.flags}
        negated = {
            "--no-" + flag[2:]: option
            for flag, option in flags.items()
            if option.action == "boolean" and flag.startswith("--")
        }
        arguments = [option for option in self.options if not option.flags]
        rest: list[str] = []
        at = 0
        while at < len(words):
            name, equals, attached = words[at].partition("=")
            if name in negated:
                values[negated[name].dest] = False
                at += 1
                continue
            option = flags.get(name)
            if option is None and (words[at].startswith("--") or not arguments):
                rest.append(words[at])
                at += 1
                continue
            at += option is not None
            if option is None:
                option, equals = arguments.pop(0), ""
            elif option.action in _WITHOUT_VALUE:
                if equals:
                    self.error(f"argument {option.title}: ignored explicit argument {attached!r}")
                self._put(option, values, option.const)
                continue
            given = [attached] if equals else self._following(option, words, at, set(flags) | set(negated))
            at += 0 if equals else len(given)
            self._put(option, values, self._value(option, given))
        return rest

    def _following(self, option: Option, words: list[str], at: int, flags: set[str]) -> list[str]:
        most = {None: 1, "?": 1, "*": len(words), "+": len(words)}.get(option.nargs, option.nargs)
        end = at
        while end < len(words) and end - at < most and words[end].partition("=")[0] not in flags:
            end += 1
        return words[at:end]

    def _value(self, option: Option, given: list[str]) -> Any:
        least = {None: 1, "?": 0, "*": 0, "+": 1}.get(option.nargs, option.nargs)
        if len(given) < least:
            wanted = {None: "one argument", "+": "at least one argument"}.get(option.nargs, f"{option.nargs} arguments")
            self.error(f"argument {option.title}: expected {wanted}")
        made = [self._converted(option, word) for word in given]
        for value in made:
            if option.choices is not None and not contains(option.choices, value):
                listed = ", ".join(to_repr(choice) for choice in budget.items(option.choices))
                self.error(f"argument {option.title}: invalid choice: {to_repr(value)} (choose from {listed})")
        if option.nargs is None:
            return made[0]
        return (made[0] if made else option.const) if option.nargs == "?" else made

    def _converted(self, option: Option, word: str) -> Any:
        if option.type is None:
            return word
        try:
            return callable_of(option.type)(word)
        except (ValueError, TypeError):
            name = option.type.__name__ if isinstance(option.type, type) else to_str(option.type)
            self.error(f"argument {option.title}: invalid {name} value: {word!r}")

    def _put(self, option: Option, values: dict[str, Any], value: Any) -> None:
        if option.action == "count":
            value = (values.get(option.dest, option.default) or 0) + 1
        elif option.action == "boolean":
            value = True
        elif option.action == "append":
            value = [*(values.get(option.dest, option.default) or []), value]
            check_items(len(value))
        values[option.dest] = value

    def get_default(self, dest: Any) -> Any:
        """The default of an option."""
        found = next((option.default for option in self.options if option.dest == dest), UNBOUND)
        return self.defaults.get(dest) if found is UNBOUND else found


for _name, _call in (
    ("add_argument", Parser.add_argument),
    ("add_argument_group", Parser.add_group),
    ("add_mutually_exclusive_group", Parser.add_group),
    ("set_defaults", Parser.set_defaults),
    ("parse_args", Parser.parse_args),
    ("parse_known_args", Parser.parse_known_args),
    ("get_default", Parser.get_default),
    ("error", Parser.error),
    ("format_help", Parser.help_text),
    ("format_usage", Parser.usage),
    ("print_help", Parser.print_help),
    ("print_usage", Parser.print_usage),
):
    attributes_of(Parser)[_name] = Method(_call)


def _parser(prog: Any = None, *, description: Any = None, **options: Any) -> Parser:
    """A parser."""
    return Parser(prog, description, **options)


_table = namespace("argparse")
_table |= {"ArgumentParser": Builtin("ArgumentParser", _parser), "Namespace": Namespace}
_table["BooleanOptionalAction"] = BOOLEAN
for _name in ("ArgumentDefaultsHelpFormatter", "RawTextHelpFormatter", "RawDescriptionHelpFormatter", "HelpFormatter"):
    _table[_name] = Form(_name)


@shown_as("argparse.ArgumentTypeError")
class ArgumentTypeError(TypeError):
    """A word is no value of an option's type."""


_table["ArgumentTypeError"] = ArgumentTypeError
