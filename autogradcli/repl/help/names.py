"""Which entry of the texts a name means: ``F.relu``, ``x.relu`` and ``torch.relu`` share one, ``math.exp`` has its own.

A name without an entry of its own may follow from another: ``exp_`` is ``exp`` in place, ``torch.return_types.max``
what ``torch.max`` gives.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ...api.calls.overloads import Function
from ...api.calls.program_classes import Kind
from ...api.calls.registry import NAMESPACES
from ...engine.tensor import Tensor
from ...language.values.builtins import BUILTINS
from ...language.values.kinds import Namespace
from ...language.values.prelude import source_of
from ...language.values.special_methods import SPECIAL
from ...numerics.dtypes import DType
from ...session import Session
from .of_numpy import is_of_numpy, text_and_signature
from .texts import Entry, entry

#: What is said of `exp_` before what is said of `exp`.
IN_PLACE = (
    "The in-place form of `{}`: writes the result into the tensor itself and returns the tensor, whose shape and dtype "
    "stay. Raises RuntimeError where the result doesn't fit into them, and for a leaf that requires grad while "
    "gradients are recorded."
)
#: Rooms whose names mean elsewhere what they mean here, so that they are looked up without the room too.
_SHARED = frozenset(
    {
        *(
            "torch",
            "F",
            "linalg",
            "special",
            "fft",
            "autograd",
            "grad_mode",
            "gradcheck",
            "graph",
            "forward_ad",
            "func",
        ),
        *("masked", "random", "checkpoint", "function", "Tensor", "parameter", "utils", "module", "optim"),
        "lr_scheduler",
    }
)
_SHORT = {"functional": "F", "pyplot": "plt"}


def canonical(session: Session, dotted: str) -> str:
    """A name with the place where it is defined: ``torch.nn.functional.relu`` for ``F.relu``, ``Tensor.exp`` for
    ``x.exp``, ``python.len`` for ``len``."""
    first, _, rest = dotted.partition(".")
    value = session.variables.get(first, session.prelude.get(first))
    if type(value) is Namespace:
        return f"{value.dotted}.{rest}" if rest else value.dotted
    if value is None and (first == "numpy" or (rest and Namespace.of(first) is not None)):
        return dotted
    if rest:
        return f"{short_name(value if isinstance(value, type) else type(value))}.{rest}"
    if first in BUILTINS:
        return f"python.{first}"
    home = source_of(first) or "python"
    return f"{home}.{first}"


def home_of(value: Any) -> str:
    """The dotted name under which one of our own functions or classes stands in a namespace, ``torch.optim.Adam``;
    empty where there is none."""
    if type(value) is not Kind and not isinstance(value, Function):
        return ""
    for home, table in NAMESPACES.items():
        for name, found in dict.items(table):
            if found is value:
                return f"{home}.{name}"
    return ""


def entry_for(session: Session, dotted: str, owner: Any = None, value: Any = None) -> Entry | None:
    """The text about a name; None where there is none. ``owner`` is what an attribute is of."""
    home = canonical(session, dotted)
    return None if is_of_numpy(home, owner) else _first(_keys(home, owner, value))


def in_one_line(session: Session, dotted: str, owner: Any, value: Any) -> str:
    """The beginning of the text about a name, for a list of names; empty where there is none."""
    found = entry_for(session, dotted, owner, value)
    text = found.text if found is not None else derived(session, dotted, owner, value).text
    return text.partition("\n")[0]


def _first(keys: Iterator[str]) -> Entry | None:
    return next(filter(None, map(entry, keys)), None)


def short_name(kind: type) -> str:
    """What a class is called in texts: ``dtype``, where errors call it ``torch.dtype``."""
    return kind.__name__.rpartition(".")[2]


def _keys(name: str, owner: Any, value: Any) -> Iterator[str]:
    *rooms, last = name.split(".")
    room = _SHORT.get(rooms[-1], rooms[-1]) if rooms else ""
    yield f"{room}.{last}" if rooms else last  # a namespace has none
    kind = owner if isinstance(owner, type) else type(owner)
    for base in kind.__mro__ if owner is not None else ():
        yield f"{short_name(base)}.{last}"
    if room in _SHARED or (room == "python" and isinstance(value, type)):
        yield last


class Derived(NamedTuple):
    """What follows about a name from another or from its value."""

    text: str = ""
    signature: str = ""
    examples: Sequence[str] = ()


def derived(session: Session, dotted: str, owner: Any, value: Any) -> Derived:
    """What is said of a name without an entry; nothing where nothing follows."""
    home = canonical(session, dotted)
    last = home.rpartition(".")[2]
    if is_of_numpy(home, owner):
        return Derived(*text_and_signature(home, owner, value))
    if isinstance(value, DType):
        return _of_dtype(value)
    if type(value) is Namespace:
        return Derived(f"The namespace `{value.dotted}`, with the names below.")
    if home.startswith("torch.return_types."):
        return _of_result(last, getattr(value, "fields", ()))
    if last in SPECIAL and not home.startswith(("operator.", "python.")):
        return _of_special(last)
    if last.startswith("_foreach_"):
        return _of_lists(last)
    if last.endswith("_") and not last.startswith("_"):
        plain = _first(_keys(home[:-1], owner, value))
        if plain is not None:
            method = isinstance(owner, Tensor)
            changed = [_in_place(plain.examples[0].source, "" if method else dotted)] if plain.examples else []
            return Derived(f"{IN_PLACE.format(last[:-1])}\n\n{plain.text}", examples=changed)
    if isinstance(value, type) and issubclass(value, BaseException):
        return _of_error(value)
    return Derived()


def _of_dtype(dtype: DType) -> Derived:
    kind = ("true or false", "integers", "floating point numbers", "complex numbers")[dtype.category]
    size = dtype.np.itemsize
    text = f"The dtype `{dtype}`: {kind}, {size} byte{'s' if size > 1 else ''} each."
    return Derived(text, examples=[f"torch.ones(2, dtype={dtype})"])


def _of_result(name: str, fields: Sequence[str]) -> Derived:
    """Of a named tuple, by the function that returns it."""
    function = name.removeprefix("_").removesuffix("_with_info").replace("linalg_", "linalg.", 1)
    made = entry(function)
    return Derived(
        f"The named tuple that `torch.{function}` returns, with the fields {', '.join(f'`{f}`' for f in fields)}; it "
        "unpacks like any tuple.",
        "(sequence)",
        [example.source for example in made.examples] if made is not None else [],
    )


def _of_special(name: str) -> Derived:
    """Of a special method, by the operator that calls it."""
    made = SPECIAL[name]
    arguments = ("", "other", "other, value")[made.arguments]
    values = ("", "''" if name == "__format__" else "1", "0, 1")[made.arguments]
    text = f"Python's special method `{name}`: what `{made.written}` calls."
    return Derived(text, f"({arguments})", [f"torch.tensor([1, 2]).{name}({values})"])


_LISTS = {
    "add": ", 1", "sub": ", 1", "mul": ", 2", "div": ", 2", "clamp_max": ", 1", "clamp_min": ", 1", "maximum": ", 1",
    "minimum": ", 1", "pow": ", 2", "lerp": ", [y], 0.5", "addcmul": ", [y], [y]", "addcdiv": ", [y], [y + 9]",
    "copy": ", [y]", "mm": ", [torch.eye(2)]",
}  # fmt: skip


def _of_lists(name: str) -> Derived:
    """Of a function of lists, by that of one tensor."""
    one = name.removeprefix("_foreach_")
    changes = one.endswith("_")
    plain = one.removesuffix("_")
    does = (
        f"Changes each tensor of a list as `{one}` does, and returns the list."
        if changes
        else (f"Calls `{one}` for each tensor of a list and returns the results as a tuple.")
    )
    first = "torch.eye(2)" if plain == "mm" else "torch.tensor([1., 4.])"
    example = f"y = torch.tensor([1., 4.]); torch.{name}([{first}]{_LISTS.get(plain, '')})"
    return Derived(f"{does} Optimizers call it. Raises RuntimeError for an empty list.", "", [example])


def _of_error(kind: type) -> Derived:
    name, base = kind.__name__, kind.__mro__[1].__name__
    what = f"A kind of {base}, which" if base != "object" else "What all errors are, and what"
    text = f"{what} a program can raise and catch (`except {name} as error`); `args` is what it was made with."
    return Derived(text, "(*args)", [f"try:\n    raise {name}('so')\nexcept {name} as error:\n    print(error)"])


def _in_place(source: str, name: str) -> str:
    """A call of a function as that of its in-place form: ``torch.exp(x)`` as ``y.exp_()``, or as one of ``name``."""
    call = ast.parse(source.rpartition("; ")[2], mode="eval").body
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return source
    parts = [ast.unparse(part) for part in (*call.args, *call.keywords)]
    if not (isinstance(call.func.value, ast.Name) and call.func.value.id in ("torch", "F")):
        parts.insert(0, ast.unparse(call.func.value))
    if parts[0] == "x":
        parts[0] = "y"  # a leaf that requires grad may not be changed
    return f"{name}({', '.join(parts)})" if name else f"{parts[0]}.{call.func.attr}_({', '.join(parts[1:])})"
