"""Questions in the words of Python and IPython, ``x?`` and ``help(x)``, as the commands that answer them."""

from __future__ import annotations

import ast
from collections.abc import Collection

from ..language.read.syntax import parse

_COMMANDS = {"help": ":help", "dir": ":dir"}


def as_command(text: str, variables: Collection[str]) -> str:
    """The command that a question stands for; the text itself where it is none. A variable of the name is called."""
    asked = text.strip()
    if asked.startswith(":"):
        return text
    if asked.endswith("?") or asked.startswith("?"):
        about = asked.strip("?").strip()
        return f":help {about}".rstrip() if "\n" not in about and "?" not in about else text
    if not asked.startswith(tuple(_COMMANDS)):
        return text
    if asked in _COMMANDS and asked not in variables:
        return _COMMANDS[asked]
    try:
        body = parse(asked).body
    except (SyntaxError, RecursionError, MemoryError):
        return text
    call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)) or call.keywords or len(call.args) > 1:
        return text
    name = call.func.id
    if name not in _COMMANDS or name in variables or "\n" in asked:
        return text
    if not call.args:
        return _COMMANDS[name]
    argument = call.args[0]
    if name == "help" and isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return f":help {argument.value}"  # as Python's takes a name in quotes
    return f"{_COMMANDS[name]} {ast.get_source_segment(asked, argument)}"
