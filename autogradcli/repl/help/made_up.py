"""A call made up from a signature: an example of a function that has none of its own."""

from __future__ import annotations

from ...api.calls.signature import Signature

#: What to give for a parameter of a type that an example must have a value for.
_VALUES = {"Tensor": ("x", "y", "y"), "int": ("0",), "float": ("2.0",), "Scalar": ("2",)}


def arguments(schema: Signature, receiver: str) -> str | None:
    """Arguments for a call of that signature, ``x, y``; None where it needs more than tensors and numbers.

    ``receiver`` is the tensor that a method is called on, ``x`` or ``y``.
    """
    given: list[str] = []
    used: dict[str, int] = {}
    for i in schema.visible:
        parameter = schema.parameters[i]
        if parameter.optional:
            break
        kind = parameter.kind.printed
        choices = ("y", "y", "y") if kind == "Tensor" and receiver == "y" else _VALUES.get(kind)
        if choices is None or parameter.keyword_only:
            return None
        first = used.get(kind, 0)
        if kind == "Tensor" and schema.receiver is not None:
            first += 1  # the receiver is x
        used[kind] = used.get(kind, 0) + 1
        given.append(choices[min(first, len(choices) - 1)])
    return ", ".join(given)
