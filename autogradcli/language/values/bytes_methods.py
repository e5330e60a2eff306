"""What bytes can do, and how they are made: loaded once a program has some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...api.arrays.values import BYTES, NumPyArray, NumPyScalar
from ...api.calls.python_function import renamed
from ...api.calls.registry import CLASS_ATTRIBUTES, Method, attributes_of
from .budget import budget, check_text
from .bytes_values import ByteArray, Bytes, BytesLike, DecodeError, EncodeError, made

BYTES[Bytes] = lambda value: value.data
BYTES[ByteArray] = lambda value: bytearray(value.data)


def _tobytes(array: Any, order: Any = "C") -> Bytes:
    """The bytes of the elements, row by row."""
    check_text(array.array.nbytes)
    return made(array.array.tobytes("F" if order == "F" else "C"))


for _kind in (NumPyArray, NumPyScalar):
    attributes_of(_kind)["tobytes"] = Method(_tobytes, _tobytes.__doc__ or "")


def _within(value: Any) -> Any:
    """What a method of Python's bytes takes in place of an argument."""
    if isinstance(value, BytesLike):
        return value.data
    if type(value) is tuple:
        return tuple([_within(each) for each in value])
    if value is None or isinstance(value, int):
        return value
    raise TypeError(f"a bytes-like object is required, not '{type(value).__name__}'")


def _outside(value: Any) -> Any:
    if isinstance(value, bytes):
        return made(value)
    if type(value) in (list, tuple):
        budget.spend(64 * len(value))
        return type(value)([_outside(each) for each in value])
    return value


def _method(method: Callable[..., Any]) -> Method:
    def call(value: Bytes, /, *args: Any) -> Any:
        return _outside(method(value.data, *map(_within, args)))

    return Method(renamed(call, f"bytes.{method.__name__}"))


for _each in (
    bytes.startswith, bytes.endswith, bytes.find, bytes.rfind, bytes.index, bytes.rindex, bytes.count, bytes.strip,
    bytes.lstrip, bytes.rstrip, bytes.split, bytes.rsplit, bytes.partition, bytes.rpartition, bytes.upper, bytes.lower,
    bytes.isdigit, bytes.isalpha, bytes.isalnum, bytes.isspace, bytes.removeprefix, bytes.removesuffix,
):  # fmt: skip
    attributes_of(Bytes)[_each.__name__] = _method(_each)


def _replace(value: Bytes, old: Any, new: Any, count: Any = -1, /) -> Bytes:
    old, new = _within(old), _within(new)
    most = value.data.count(old) if old else len(value) + 1
    check_text(len(value) + most * max(len(new) - len(old), 0))
    return made(value.data.replace(old, new, _within(count)))


def _join(value: Bytes, parts: Any, /) -> Bytes:
    found = [
        _within(part) if isinstance(part, BytesLike) else _not_bytes(k, part)
        for k, part in enumerate(budget.items(parts))
    ]
    check_text(sum(map(len, found)) + len(value) * max(len(found) - 1, 0))
    return made(value.data.join(found))


def _not_bytes(at: int, part: Any) -> Any:
    raise TypeError(f"sequence item {at}: expected a bytes-like object, {type(part).__name__} found")


#: Encodings between texts and bytes, and what is done with what has none.
_ENCODINGS = ("utf-8", "utf8", "ascii", "latin-1", "latin1", "iso-8859-1", "utf-16", "utf-32")
_ERRORS = ("strict", "ignore", "replace", "backslashreplace")


def _chosen(encoding: Any, errors: Any) -> tuple[str, str]:
    for name, value in (("encoding", encoding), ("errors", errors)):
        if type(value) is not str:
            raise TypeError(f"argument '{name}' must be str, not {type(value).__name__}")
    if encoding.lower().replace("_", "-") not in _ENCODINGS:
        raise LookupError(f"unknown encoding: {encoding[:40]}")
    if errors not in _ERRORS:
        raise LookupError(f"unknown error handler name '{errors[:40]}'")
    return encoding, errors


def _decode(value: Bytes, encoding: Any = "utf-8", errors: Any = "strict") -> str:
    check_text(4 * len(value))
    try:
        text = value.data.decode(*_chosen(encoding, errors))
    except UnicodeDecodeError as error:
        raise DecodeError(str(error)) from None
    budget.spend(len(text))
    return text


def encoded(text: str, encoding: Any = "utf-8", errors: Any = "strict") -> Bytes:
    """``text.encode()``."""
    check_text(4 * len(text))
    try:
        return made(text.encode(*_chosen(encoding, errors)))
    except UnicodeEncodeError as error:
        raise EncodeError(str(error)) from None


def _hex(value: Bytes, /) -> str:
    check_text(2 * len(value))
    budget.spend(2 * len(value))
    return value.data.hex()


attributes_of(Bytes).update(
    {
        "replace": Method(renamed(_replace, "bytes.replace")),
        "join": Method(renamed(_join, "bytes.join")),
        "decode": Method(renamed(_decode, "bytes.decode")),
        "hex": Method(renamed(_hex, "bytes.hex")),
    }
)


def bytes_of(source: Any = b"", *args: Any) -> Bytes:
    if isinstance(source, bytes):
        return Bytes(source)
    if type(source) is str:
        if not args:
            raise TypeError("string argument without an encoding")
        return encoded(source, *args)
    if args:
        raise TypeError("encoding without a string argument")
    if isinstance(source, BytesLike):
        return source if type(source) is Bytes else made(source.data)
    if isinstance(source, int):
        if source < 0:
            raise ValueError("negative count")
        check_text(source)
        return made(bytes(int(source)))
    found = budget.items(source)
    for each in found:
        if not isinstance(each, int):
            raise TypeError(f"'{type(each).__name__}' object cannot be interpreted as an integer")
    check_text(len(found))
    return made(bytes(map(int, found)))


def _fromhex(kind: type, string: Any, /) -> Bytes:
    if type(string) is not str:
        raise TypeError(f"fromhex() argument must be str, not {type(string).__name__}")
    return made(bytes.fromhex(string))


def from_bytes(value: Any, byteorder: Any = "big", *, signed: Any = False) -> int:
    found = bytes_of(value).data
    if byteorder not in ("big", "little"):
        raise ValueError("byteorder must be either 'little' or 'big'")
    if len(found) > _WIDEST:
        raise OverflowError(f"an integer of more than {_WIDEST} bytes")
    return int.from_bytes(found, byteorder, signed=bool(signed))


def to_bytes(value: int, length: Any = 1, byteorder: Any = "big", *, signed: Any = False) -> Bytes:
    if type(length) is not int or byteorder not in ("big", "little"):
        raise TypeError("to_bytes() takes a number of bytes, and 'big' or 'little'")
    if length > _WIDEST:
        raise OverflowError(f"an integer of more than {_WIDEST} bytes")
    return made(int(value).to_bytes(length, byteorder, signed=bool(signed)))


#: Bytes of an integer.
_WIDEST = 1 << 15

CLASS_ATTRIBUTES[Bytes] = {"fromhex": Method(renamed(_fromhex, "bytes.fromhex"))}


# bytearray: what it shares with bytes, and what changes it.


def _changeable(found: Any) -> Any:
    """What a method of bytes gives, as that of a bytearray gives it."""
    if type(found) in (list, tuple):
        return type(found)(map(_changeable, found))
    return ByteArray(found.data) if type(found) is Bytes else found


def _of_array(method: Method) -> Method:
    def call(value: ByteArray, /, *args: Any, **kwargs: Any) -> Any:
        return _changeable(method.call(value, *args, **kwargs))

    return Method(renamed(call, method.call.__qualname__.replace("bytes.", "bytearray.")))


attributes_of(ByteArray).update(
    {name: _of_array(member) if isinstance(member, Method) else member for name, member in attributes_of(Bytes).items()}
)


def _append(value: ByteArray, item: Any, /) -> None:
    value.change(lambda held: held.append(_number(item)))


def _extend(value: ByteArray, items: Any, /) -> None:
    value.data = (value + (items if isinstance(items, BytesLike) else bytes_of(items))).data


def _insert(value: ByteArray, index: Any, item: Any, /) -> None:
    value.change(lambda held: held.insert(_number(index), _number(item)))


def _pop(value: ByteArray, index: Any = -1, /) -> int:
    found: int = value.change(lambda held: held.pop(_number(index)))
    return found


def _number(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
    return int(value)


for _name, _call in (
    ("append", _append), ("extend", _extend), ("insert", _insert), ("pop", _pop),
    ("clear", lambda value: value.change(lambda held: held.clear())),
    ("reverse", lambda value: value.change(lambda held: held.reverse())),
    ("copy", lambda value: ByteArray(value.data)),
):  # fmt: skip
    attributes_of(ByteArray)[_name] = Method(renamed(_call, f"bytearray.{_name}"))
