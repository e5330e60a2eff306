"""The closed tables of what the language can name: attributes by type, and module-like namespaces.

What is not in a table does not exist for a program. The tables hold our own callables only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...engine.lazy import LazyTable
from ...engine.tensor import Tensor
from ...numerics.naming import shown_as


@shown_as("property")
class Property:
    """An attribute that is computed: ``get(value)``, and where it can be assigned ``set(value, new)``."""

    __slots__ = ("delete", "doc", "get", "set")

    def __init__(
        self,
        get: Callable[[Any], Any],
        set: Callable[[Any, Any], None] | None = None,
        delete: Callable[[Any], None] | None = None,
        doc: str = "",
    ) -> None:
        self.get, self.set, self.delete, self.doc = get, set, delete, doc


class Method:
    """An attribute that is called: ``value.name(*args, **kwargs)`` is ``call(value, *args, **kwargs)``."""

    __slots__ = ("call", "doc")

    def __init__(self, call: Callable[..., Any], doc: str = "") -> None:
        self.call, self.doc = call, doc


Attribute = Property | Method


class AttributeTables(dict[type, dict[str, Attribute]]):
    """type -> name -> attribute; a subclass sees its bases' tables. A type without a table of its own may get one
    when it is first asked for: each kind of node has attributes for just what it saves."""

    def __init__(self) -> None:
        self.makers: list[Callable[[type], dict[str, Attribute] | None]] = []

    def get(self, kind: type, default: Any = None) -> Any:
        found = dict.get(self, kind)
        if found is None:
            for make in self.makers:
                found = make(kind)
                if found is not None:
                    self[kind] = found
                    return found
        return default if found is None else found


ATTRIBUTES = AttributeTables()

#: What a class itself has, and its objects with it, beside their methods: ``dict.fromkeys``, ``Point._fields``. The
#: functions here get the class.
CLASS_ATTRIBUTES: dict[type, dict[str, Attribute]] = {}

#: What calling a class of the language's does; a class that isn't here can't be called.
CONSTRUCTORS: dict[type, Callable[..., Any]] = {}

#: dotted namespace ("torch", "torch.nn.functional", "math") -> name -> value.
NAMESPACES: dict[str, dict[str, Any]] = {}

#: dotted namespace -> what gives the value of a name that no table has, None where there is none: names that follow
#: from others, of which there are too many to list.
FURTHER: dict[str, Callable[[str], Any]] = {}


#: What is told when a program's modes begin to see every call, and when they no longer do (``function_modes.py``).
SWITCHES: list[Callable[[bool], None]] = []


def attributes_of(kind: type) -> dict[str, Attribute]:
    return ATTRIBUTES.setdefault(kind, {})


def namespace(name: str) -> dict[str, Any]:
    table = NAMESPACES.get(name)
    if table is None:
        table = NAMESPACES[name] = LazyTable(name)
    return table


#: A tensor's methods come with the families that define them, as do the functions of every namespace.
ATTRIBUTES[Tensor] = LazyTable("Tensor")


#: Bare names that mean those of ``F``, where ``torch`` has PyTorch's inner form of the same: modes and reductions are
#: numbers there.
_OF_F = frozenset({
    "adaptive_max_pool1d", "binary_cross_entropy_with_logits", "cosine_embedding_loss", "ctc_loss", "embedding_bag",
    "hinge_embedding_loss", "instance_norm", "kl_div", "margin_ranking_loss", "poisson_nll_loss",
    "triplet_margin_loss",
})  # fmt: skip


def home_among(places: Iterable[str], name: str) -> str | None:
    """The first of some namespaces that has the function which a name alone means; None where none has one."""
    return next((p for p in places if name in NAMESPACES.get(p, ()) and not (p == "torch" and name in _OF_F)), None)
