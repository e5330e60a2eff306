"""``vars``, ``frozenset``, and those of Python's builtins that are not here and say what to use."""

from __future__ import annotations

from typing import Any

from ...api.calls.program_classes import Kind, Plain
from ...api.calls.python_function import renamed
from ...api.calls.registry import CLASS_ATTRIBUTES, Method, attributes_of
from ...numerics.naming import shown_as
from ..compile.calls import CONSTRUCTORS, Builtin
from .attribute_lookup import SUBCLASS_CHECK, TABLES, get_attribute, names_of, special
from .budget import budget, check_items, hashable
from .builtins import BUILTINS
from .bytes_values import ByteArray, Bytes, DecodeError, EncodeError
from .text_format import to_str


def vars_(*args: Any) -> Any:
    """What an object itself holds, to be read."""
    if len(args) != 1:
        raise TypeError(f"vars expected at most 1 argument, got {len(args)}" if args else "vars() needs an object here")
    try:
        return get_attribute(args[0], "__dict__")
    except AttributeError:
        raise TypeError("vars() argument must have __dict__ attribute") from None


def dir_(*args: Any) -> list[str]:
    """The names of the attributes of a value, sorted."""
    if len(args) != 1:
        raise TypeError(f"dir expected at most 1 argument, got {len(args)}" if args else "dir() needs a value here")
    found = names_of(args[0])
    check_items(len(found))
    return found


def issubclass_(kind: Any, kinds: Any, /) -> bool:
    """Whether a class is another one, or one of these, or derives from it."""
    wanted = kinds if type(kinds) is tuple else (kinds,)
    if not isinstance(kind, type):
        check = TABLES[type(kind)].get(SUBCLASS_CHECK)
        if isinstance(check, Method):  # a class that is a value of the language's own
            return any(bool(check.call(kind, each)) for each in wanted)
        raise TypeError("issubclass() arg 1 must be a class")
    classes = tuple(each for each in wanted if SUBCLASS_CHECK not in TABLES[type(each)])
    if not all(isinstance(each, type) for each in classes):
        raise TypeError("issubclass() arg 2 must be a class, a tuple of classes, or a union")
    if Plain in classes or issubclass(kind, classes):
        return True
    return any(_told(kind, each) for each in classes if type(each) is Kind)


def _told(given: type, kind: Any) -> bool:
    from .deriving import counts_as_subclass

    return counts_as_subclass(given, kind)


BUILTINS["issubclass"] = Builtin("issubclass", issubclass_)
BUILTINS["dir"] = Builtin("dir", dir_)
BUILTINS["vars"] = Builtin("vars", vars_)


def _frozenset(*args: Any) -> Any:
    if not args:
        return frozenset()
    if len(args) > 1:
        raise TypeError(f"frozenset expected at most 1 argument, got {len(args)}")
    return args[0] if type(args[0]) is frozenset else frozenset(CONSTRUCTORS[set](args[0]))


CONSTRUCTORS[frozenset] = renamed(_frozenset, "frozenset")
BUILTINS["frozenset"] = frozenset


def _fromkeys(kind: type, iterable: Any, value: Any = None, /) -> Any:
    """A dict of these keys, all with one value."""
    return CONSTRUCTORS[kind]([(hashable(key), value) for key in budget.items(iterable)])


def _bytes(*args: Any) -> Any:
    from .bytes_methods import bytes_of

    return bytes_of(*args)


def _from_bytes(kind: type, value: Any, byteorder: Any = "big", *, signed: Any = False) -> int:
    from .bytes_methods import from_bytes

    return from_bytes(value, byteorder, signed=signed)


def _to_bytes(value: int, length: Any = 1, byteorder: Any = "big", *, signed: Any = False) -> Any:
    from .bytes_methods import to_bytes

    return to_bytes(value, length, byteorder, signed=signed)


def _encode(text: str, encoding: Any = "utf-8", errors: Any = "strict") -> Any:
    from .bytes_methods import encoded

    return encoded(text, encoding, errors)


def _byte_array(*args: Any) -> Any:
    from .bytes_methods import bytes_of

    return ByteArray(bytes_of(*args).data)


CONSTRUCTORS[ByteArray] = renamed(_byte_array, "bytearray")
BUILTINS["bytearray"] = ByteArray
CONSTRUCTORS[Bytes] = renamed(_bytes, "bytes")
BUILTINS["bytes"] = Bytes
CLASS_ATTRIBUTES[int] = {"from_bytes": Method(renamed(_from_bytes, "int.from_bytes"))}
attributes_of(int)["to_bytes"] = Method(renamed(_to_bytes, "int.to_bytes"))
attributes_of(str)["encode"] = Method(renamed(_encode, "str.encode"))


def _maketrans(kind: type, x: Any, y: Any = "", z: Any = "", /) -> dict[int, Any]:
    """What ``translate`` takes: a dict, or letters and what stands for each, and letters to leave out."""
    if type(x) is dict and not y and not z:
        return {ord(key) if type(key) is str and len(key) == 1 else key: each for key, each in x.items()}
    if not (type(x) is type(y) is type(z) is str):
        raise TypeError("maketrans() takes a dict, or texts")
    return str.maketrans(x, y, z)


def _fromhex(kind: type, string: Any, /) -> float:
    """A number of a text with its digits in base 16."""
    if type(string) is not str:
        raise TypeError(f"fromhex() argument must be str, not {type(string).__name__}")
    return float.fromhex(string)


CLASS_ATTRIBUTES[dict] = {"fromkeys": Method(renamed(_fromkeys, "dict.fromkeys"))}
CLASS_ATTRIBUTES[str] = {"maketrans": Method(renamed(_maketrans, "str.maketrans"))}
CLASS_ATTRIBUTES[float] = {"fromhex": Method(renamed(_fromhex, "float.fromhex"))}


@shown_as("KeyboardInterrupt")
class Interrupt(BaseException):
    """The name alone, for ``except``: what stops a program really is no error that it could catch."""


@shown_as("GeneratorExit")
class Leaving(BaseException):
    """The name alone: a generator that is closed just ends."""


@shown_as("SystemExit")
class Exit(BaseException):
    """The name alone, for ``except``; called, what ``sys.exit`` raises, which no program catches."""


def _exit(*args: Any) -> BaseException:
    status = args[0] if len(args) == 1 else args or None
    return SystemExit(status if status is None or isinstance(status, int) else to_str(status))


CONSTRUCTORS[Exit] = renamed(_exit, "SystemExit")
BUILTINS |= {"KeyboardInterrupt": Interrupt, "GeneratorExit": Leaving, "SystemExit": Exit}

#: What files and texts raise in Python: programs name them around what they load and save.
for _kind in (
    FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError, InterruptedError,
    ConnectionError, BlockingIOError, BrokenPipeError, ProcessLookupError, ChildProcessError,
    StopAsyncIteration, TabError, PendingDeprecationWarning, SyntaxWarning,
    ImportWarning, UnicodeWarning, BytesWarning, ResourceWarning, EncodingWarning,
):  # fmt: skip
    BUILTINS[_kind.__name__] = _kind
BUILTINS |= {"IOError": OSError, "EnvironmentError": OSError}
BUILTINS |= {"UnicodeDecodeError": DecodeError, "UnicodeEncodeError": EncodeError}


def _refused(name: str, reason: str) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{name}() isn't here: {reason}")

    BUILTINS[name] = Builtin(name, refuse)


for _name, _reason in (
    ("input", "programs here wait for nobody; give values with --var NAME=VALUE"),
    ("eval", "a program can't make programs; call a function instead"),
    ("exec", "a program can't make programs; define a function instead"),
    ("breakpoint", "print what you want to see, or use the prompt"),
):
    _refused(_name, _reason)


def _open(*args: Any, **kwargs: Any) -> Any:
    """A file in the folder of ``--files``."""
    from .open_files import open_

    return open_(*args, **kwargs)


BUILTINS["open"] = Builtin("open", _open)


def _special(value: Any, name: str, of_class: bool) -> Any:
    from .special_methods import special_method, special_of_class

    special.find = lambda value, name, of_class: (special_of_class if of_class else special_method)(value, name)
    return special.find(value, name, of_class)


special.find = _special
