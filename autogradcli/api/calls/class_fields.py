"""Classes of declared fields: what ``LeakyReLU(negative_slope=0.01, inplace=False)`` may be called with.

A call is checked as that of a Python class is, in the same words.
"""

from __future__ import annotations

from typing import Any

from .call_errors import meant

#: A parameter without a default; one after which all are by keyword only.
REQUIRED = object()
KEYWORDS = "*"

Fields = dict[str, Any]


def bound(kind: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The value of each field. Raises TypeError as Python does for a wrong call."""
    call = f"{kind.__qualname__}.__init__()"
    names = list(kind.fields)
    positional = names[: names.index(KEYWORDS)] if KEYWORDS in names else names
    if len(args) > len(positional):
        least = 1 + sum(kind.fields[name] is REQUIRED for name in positional)
        most = len(positional) + 1
        takes = str(most) if least == most else f"from {least} to {most}"
        plural = "" if takes == "1" else "s"
        raise TypeError(f"{call} takes {takes} positional argument{plural} but {len(args) + 1} were given")
    values = dict(zip(positional, args))
    for name, value in kwargs.items():
        if name not in kind.fields:
            raise meant(TypeError(f"{call} got an unexpected keyword argument '{name}'"), name, kind.fields)
        if name in values:
            raise TypeError(f"{call} got multiple values for argument '{name}'")
        values[name] = value
    missing = [name for name, default in kind.fields.items() if default is REQUIRED and name not in values]
    if missing:
        quoted = [f"'{name}'" for name in missing]
        listed = quoted[0] if len(quoted) == 1 else (
            f"{quoted[0]} and {quoted[1]}" if len(quoted) == 2 else ", ".join(quoted[:-1]) + f", and {quoted[-1]}"
        )  # fmt: skip
        plural = "" if len(missing) == 1 else "s"
        raise TypeError(f"{call} missing {len(missing)} required positional argument{plural}: {listed}")
    return {name: values.get(name, kind.fields[name]) for name in names if name != KEYWORDS}
