"""What to say where the Python code of a function stumbled over an argument of a wrong kind.

A function made by ``define_python`` checks nothing beforehand, so a wrong argument is noticed wherever it is first
used, by an error of Python's or NumPy's about something that no program knows (``'list' object has no attribute
'array'``). Such an error is looked at once more: the annotations tell which parameter wanted something else. An error
that our own code raised with words of its own stays as it is, and so does one from inside the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ...engine.tensor import Size, Tensor
from ...numerics.dtypes import DType
from ...numerics.numbers import to_dtype
from ...numerics.shapes import shape_mismatch
from .argument_types import type_name
from .program_classes import get

#: What Python and NumPy raise by themselves over a value of a wrong kind.
ACCIDENTS = (AttributeError, TypeError, ValueError, IndexError, KeyError)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_float(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_sequence(value: object) -> bool:
    return isinstance(value, (tuple, list, Size))


#: annotation -> what fits it, and how a message calls that.
FITTING: dict[str, tuple[Callable[[object], bool], str]] = {
    "Tensor": (lambda value: isinstance(value, Tensor), "Tensor"),
    "DType": (lambda value: isinstance(value, DType), "torch.dtype"),
    "int": (_is_int, "int"),
    "float": (lambda value: _is_float(value) or (isinstance(value, Tensor) and not value.array.ndim), "float"),
    "bool": (lambda value: isinstance(value, bool), "bool"),
    "str": (lambda value: isinstance(value, str), "str"),
    "Sequence[int]": (_is_sequence, "tuple of ints"),
    "Sizes": (lambda value: _is_int(value) or _is_sequence(value), "tuple of ints"),
}


def explained(
    error: Exception, name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Exception:
    """The error to raise in place of ``error``, which a call of ``function`` ended with; often ``error`` itself."""
    if not _is_accident(error, function):
        return error
    wanted = function.__annotations__
    for position, parameter, value in bound(function, args, kwargs):
        annotation = wanted.get(parameter, "")
        if annotation.endswith(" | None"):
            if value is None:
                continue
            annotation = annotation.removesuffix(" | None")
        if annotation not in FITTING:
            continue
        fits, expected = FITTING[annotation]
        if isinstance(position, tuple):
            if not fits(value):
                return TypeError(
                    f"expected {expected} as element {position[0]} in argument 0, but got {type_name(value)}"
                )
            continue
        where = f"{name}(): argument '{parameter}'" + ("" if position is None else f" (position {position})")
        if not fits(value):
            if expected == "Tensor":
                from .first_uses import wrong_tensor

                given = {parameter: value for _, parameter, value in bound(function, args, kwargs)}
                told = wrong_tensor(name, where.partition(" ")[2], given, Tensor)
                if told is not None:
                    return told
            return TypeError(f"{where} must be {expected}, not {type_name(value)}")
        if expected == "tuple of ints" and _is_sequence(value):
            for at, item in enumerate(value):
                if not _is_int(item):
                    kind = type_name(item)
                    return TypeError(f"{where} must be {expected}, but found element of type {kind} at pos {at}")
    if isinstance(error, ValueError) and str(error).startswith("operands could not be broadcast"):
        return shape_mismatch([value.array for value in args if isinstance(value, Tensor)]) or error
    return error


def _is_accident(error: Exception, function: Callable[..., Any]) -> bool:
    """Whether it is Python or NumPy that raised an error, in our code: no ``raise`` statement did.

    The last frame of the traceback is where it came from; a ``raise`` is the instruction that it stopped at. Where no
    frame is the function's, the call itself failed: too many arguments, an unknown keyword.
    """
    from dis import opmap

    last = error.__traceback__
    if last is None or last.tb_next is None:
        return False
    code = getattr(function, "__code__", None)
    begun = code is None
    while last.tb_next is not None:
        last = last.tb_next
        begun = begun or last.tb_frame.f_code is code
    if not begun:
        return False
    frame = last.tb_frame
    module = frame.f_globals.get("__name__", "")
    if ".language." in module:
        return False
    if module == to_dtype.__module__ and isinstance(error, TypeError):
        return True  # an operation was given neither tensor nor number, and doesn't know whose argument that was
    if frame.f_code.co_name == "__getattr__" and frame.f_back is not None:
        # A module was asked for something that no module has: by our own code, or for the program.
        return frame.f_back.f_globals.get("__name__") != get.__module__
    return frame.f_code.co_code[last.tb_lasti] != opmap["RAISE_VARARGS"]


def bound(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Iterator[tuple[int | tuple[int] | None, str, Any]]:
    """(position from 1, parameter, value) of what was given; no position for a keyword, and for one of ``*args``
    its place among them."""
    code = function.__code__
    names = code.co_varnames[: code.co_argcount]
    yield from zip(range(1, len(names) + 1), names, args, strict=False)
    if code.co_flags & 4:  # *args
        rest = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
        for at, value in enumerate(args[len(names) :]):
            yield (at,), rest, value
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    rest = code.co_varnames[len(known) + bool(code.co_flags & 4)] if code.co_flags & 8 else ""  # **kwargs
    for parameter, value in kwargs.items():
        yield None, parameter if parameter in known else rest, value
