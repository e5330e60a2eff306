"""What PyTorch says of a call that fits no overload, to the character.

The text about several overloads describes each as PyTorch's own description of it reads it back: split at
commas, so that the lone ``*`` counts as an argument, and ``Number alpha = 1`` is called ``1``. Whether an
overload gets the line of its mismatching types depends on that count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

from .argument_types import type_name


def too_many(name: str, least: int, most: int, given: int) -> NoReturn:
    """``least`` counts required keyword-only parameters too, which is how "from 1 to 0" comes up."""
    if least != most:
        raise TypeError(f"{name}() takes from {least} to {most} positional arguments but {given} were given")
    arguments = "argument" if most == 1 else "arguments"
    verb = "was" if given == 1 else "were"
    raise TypeError(f"{name}() takes {most} positional {arguments} but {given} {verb} given")


def missing(name: str, parameters: Sequence[str]) -> NoReturn:
    names = ", ".join(f'"{parameter}"' for parameter in parameters)
    plural = "s" if len(parameters) == 1 else ""  # the wrong way round in PyTorch
    raise TypeError(f"{name}() missing {len(parameters)} required positional argument{plural}: {names}")


def wrong_type(name: str, parameter: str, position: int | None, expected: str, value: object) -> NoReturn:
    """``position`` counts from 1; None for a keyword."""
    where = "" if position is None else f" (position {position})"
    raise TypeError(f"{name}(): argument '{parameter}'{where} must be {expected}, not {type_name(value)}")


def wrong_element(name: str, parameter: str, position: int, expected: str, value: object) -> NoReturn:
    raise TypeError(
        f"{name}(): argument '{parameter}' (position {position}) must be {expected}, "
        f"but found element of type {type_name(value)} at pos 0"
    )


def failed_unpacking(name: str, parameter: str, position: int, message: str) -> NoReturn:
    raise TypeError(
        f"{name}(): argument '{parameter}' failed to unpack the object at pos {position} with error \"{message}\""
    )


def unexpected_keyword(name: str, keyword: str, known: Iterable[str] = ()) -> NoReturn:
    """``known``: the keywords that there are."""
    raise meant(TypeError(f"{name}() got an unexpected keyword argument '{keyword}'"), keyword, known)


def meant(error: TypeError, keyword: str, known: Iterable[str]) -> TypeError:
    """The error, with a note of the keyword that may have been meant."""
    from difflib import get_close_matches

    near = get_close_matches(keyword[:40], list(known), 1, 0.7)
    if near:
        error.add_note(f"did you mean `{near[0]}`?")
    return error


def several_values(name: str, keyword: str) -> NoReturn:
    raise TypeError(f"{name}() got multiple values for argument '{keyword}'")


def wrong_receiver(name: str, args: Sequence[object]) -> NoReturn:
    """A method of tensors called without one."""
    if not args:
        raise TypeError(f"unbound method TensorBase.{name}() needs an argument")
    given = type_name(args[0])
    raise TypeError(f"descriptor '{name}' for 'torch._C.TensorBase' objects doesn't apply to a '{given}' object")


def no_arguments(name: str, given: int, keywords: bool) -> NoReturn:
    """For what CPython itself knows to take nothing. ``name`` is qualified: ``TensorBase.exp``."""
    if keywords:
        raise TypeError(f"{name}() takes no keyword arguments")
    raise TypeError(f"{name}() takes no arguments ({given} given)")


def no_overload(name: str, args: Sequence[object], kwargs: Mapping[str, Any], options: Sequence[str]) -> NoReturn:
    """None of the overloads, given by their printed forms, takes these arguments."""
    keywords = dict(reversed(list(kwargs.items())))  # PyTorch's table hands out the latest first
    head = f"{name}() received an invalid combination of arguments - got "
    if len(options) == 1:
        described = _arguments_of(options[0])
        if wrong := _unmatched(described, keywords):
            error = TypeError(f"{head}unrecognized keyword arguments: {', '.join(wrong)}")
            raise meant(error, wrong[0], _names_of(options))
        if len(described) == len(args) + len(keywords):
            got = _marked(described, args, keywords)
        else:
            got = _listed(args, keywords)
        raise TypeError(f"{head}{got}, but expected {options[0]}")
    lines = [f"{head}{_listed(args, keywords)}, but expected one of:\n"]
    for option in options:
        lines.append(f" * {option}\n")
        described = _arguments_of(option)
        if len(described) != len(args) + len(keywords):
            continue
        lines.append("      didn't match because some of the ")
        if wrong := _unmatched(described, keywords):
            lines.append(f"keywords were incorrect: {', '.join(wrong)}\n")
        else:
            lines.append(f"arguments have invalid types: {_marked(described, args, keywords)}\n")
    error = TypeError("".join(lines))
    names = _names_of(options)
    strange = [keyword for keyword in keywords if keyword not in names]
    raise meant(error, strange[0], names) if strange else error


def _names_of(options: Sequence[str]) -> list[str]:
    """The names of the arguments of printed forms."""
    return [name for option in options for name in re.findall(r"(\w+)(?: = [^,()]*)?(?=[,)])", option)]


def _arguments_of(option: str) -> list[tuple[str, str]]:
    """(type, name) of each argument, as read back from the printed form."""
    pairs = []
    for text in option[1:-1].split(", "):
        kind, _, name = text.rpartition(" ")
        pairs.append((kind, name))
    return pairs


def _unmatched(described: Sequence[tuple[str, str]], keywords: Mapping[str, Any]) -> list[str]:
    if not keywords:
        return []
    names = {name for _, name in described[max(len(described) - len(keywords), 0) :]}
    return [keyword for keyword in keywords if keyword not in names]


def _marked(described: Sequence[tuple[str, str]], args: Sequence[object], keywords: Mapping[str, Any]) -> str:
    """The types given, each that differs from the one expected between exclamation marks."""
    parts = []
    for i in range(len(args) + len(keywords)):
        kind, name = described[i]
        value = args[i] if i < len(args) else keywords[name]
        prefix = "" if i < len(args) else f"{name}="
        mark = "" if _is_of(kind, type_name(value)) else "!"
        parts.append(f"{mark}{prefix}{_detailed(value)}{mark}")
    return _joined(parts, args)


def _is_of(kind: str, given: str) -> bool:
    return given == kind or (kind == "float" and given == "int")


def _detailed(value: object) -> str:
    if isinstance(value, tuple):
        inside = _types(value) + ("," if len(value) == 1 else "")
        return f"{type_name(value)} of ({inside})"
    if isinstance(value, list):
        return f"list of [{_types(value)}]"
    return type_name(value)


def _types(values: Sequence[object]) -> str:
    return ", ".join(map(type_name, values)) if len(values) <= 500 else f"{len(values)} values"


def _listed(args: Sequence[object], keywords: Mapping[str, Any]) -> str:
    parts = [type_name(value) for value in args]
    parts += [f"{name}={type_name(value)}" for name, value in keywords.items()]
    return _joined(parts, args)


def _joined(parts: Sequence[str], args: Sequence[object]) -> str:
    """PyTorch takes the last comma away only where there are positional arguments."""
    text = ", ".join(parts)
    return f"({text})" if args or not parts else f"({text}, )"
