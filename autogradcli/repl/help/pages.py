"""What ``:help`` knows about a name: what it is, its signatures, its text, its examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill, indent
from typing import Any

from ...api.calls.overloads import Function
from ...api.calls.program_classes import Kind
from ...api.calls.registry import NAMESPACES, Method
from ...api.tensor.tensor_repr import shown_name
from ...engine.tensor import Tensor
from ...language.modules import load
from ...language.values.attribute_lookup import entry_of, get_attribute
from ...language.values.kinds import Namespace
from ...language.values.text_format import to_repr
from ...session import Session
from ...show.escape import escape_line
from ...show.plain import named
from ..signatures import noted, signatures, written_out
from .facts import declared, facts
from .made_up import arguments
from .names import Derived, canonical, derived, entry_for, home_of, short_name
from .texts import Entry
from .trial import shown


class NoSuchName(LookupError):
    """There is nothing under a name, or no help for a part of it."""


def documentation(session: Session, dotted: str, width: int = 80) -> str:
    """What is known about a dotted name: what it is, its signatures, its text. Raises NoSuchName where there is no
    such name.

    The last name may be a method or a property, whose value is not asked for.
    """
    owner, value = find(session, dotted)
    last = dotted.rpartition(".")[2]
    entry = _entry(session, dotted, owner, value)
    follows: Entry | Derived = derived(session, dotted, owner, value) if entry is None else entry
    text = follows.text or _docstring(value)
    if not text and dotted in session.variables and (home := home_of(type(value))):
        made = entry_for(session, home, None, type(value))
        text = f"{made.text.partition(chr(10))[0]} :help {home} tells more." if made is not None else ""
    written = signatures_of(value, dotted, follows)
    if owner is not None:
        head = f"{dotted}, of a {short_name(owner if isinstance(owner, type) else type(owner))}"
    elif written or type(value) is Namespace:
        head = dotted
    else:
        head = described(dotted, value)
    lines = "".join(f"{_call(last, one, width)}\n" for one in written)
    page = f"{head}\n{lines}" + "\n\n".join(filled(part, width) for part in text.split("\n\n"))
    return f"{page}\n\n{_names_in(value, width)}" if type(value) is Namespace else page


def described(name: str, value: Any) -> str:
    """What a value is, and its text, whose lines stand below one another as they should."""
    if not isinstance(value, Tensor):
        head = f"{name} is "
        return head + to_repr(value).replace("\n", "\n" + " " * len(head))
    try:
        made = value.grad_fn
        history = f", made by {shown_name(made)}" if made is not None else ""
    except RuntimeError:  # a view whose history became ambiguous
        history = ", a view that must not be used any more"
    if not history and value.requires_grad:
        history = ", a leaf that requires grad"
    lines = [f"{name} is a tensor of shape {list(value.array.shape)}, {value.dtype.name}{history}"]
    lines.append(indent(to_repr(value), "  "))
    if value.grad is not None:
        lines.append(indent(named(f"{name}.grad", to_repr(value.grad)).rstrip("\n"), "  "))
    return "\n".join(lines)


def _call(name: str, signature: str, width: int) -> str:
    """``name(parameters)``, its further lines below the first parameter."""
    return fill(
        name + signature,
        max(width - 1, 20),
        initial_indent="  ",
        subsequent_indent=" " * (len(name) + 3),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _names_in(namespace: Namespace, width: int) -> str:
    names = sorted((name for name in namespace.all_names() if not name.startswith("_")), key=str.lower)
    return in_columns(names, width)


def in_columns(words: Sequence[str], width: int) -> str:
    """Words below one another in columns as far as they fit, indented."""
    widest = max(map(len, words), default=0) + 2
    across = max((width - 3) // widest, 1)
    down = -(-len(words) // across)
    rows = ("".join(word.ljust(widest) for word in words[k::down]).rstrip() for k in range(down))
    return "\n".join(f"  {row}" for row in rows)


def signatures_of(value: Any, dotted: str, entry: Entry | Derived) -> list[str]:
    """The overloads of what a name means, written out: as its entry says, else as its declaration does."""
    if entry.signature:
        return [entry.signature]
    found = signatures(value, dotted if "." not in dotted else "")
    return list(dict.fromkeys(written_out(signature) for signature in found))


def _entry(session: Session, dotted: str, owner: Any, value: Any) -> Entry | None:
    """The text about a name, but for what a program defined itself under such a name."""
    return (
        None
        if dotted in session.variables and type(value) is not Namespace
        else entry_for(session, dotted, owner, value)
    )


def _docstring(value: Any) -> str:
    from inspect import cleandoc

    text = noted(value, "doc") or noted(noted(value, "call"), "doc") or ""
    return cleandoc(text) if isinstance(text, str) else ""


def filled(text: str, width: int) -> str:
    return fill(" ".join(text.split()), max(width - 1, 20), initial_indent="  ", subsequent_indent="  ")


def find(session: Session, dotted: str) -> tuple[Any, Any]:
    """The value of a dotted name, or an attribute's entry with the value that it is of. Raises NoSuchName."""
    first, *rest = dotted.split(".")
    names: dict[str, Any] = {**session.prelude, **session.variables}
    if first not in names:  # modules are known without an import
        load(first)
        if (module := Namespace.of(first)) is not None:
            names[first] = module
    if first not in names:
        raise NoSuchName(f"there is nothing under the name {escape_line(first)}")
    value = names[first]
    home, _, last = canonical(session, dotted).rpartition(".")
    if last in NAMESPACES.get(home, ()):  # a function may stand before a namespace of its name: autograd.gradcheck
        return None, NAMESPACES[home][last]
    for k, name in enumerate(rest):
        entry = entry_of(value if not isinstance(value, type) else _instance(value), name)
        if entry is not None:
            if k + 1 < len(rest):
                raise NoSuchName(f"help ends at {'.'.join([first, *rest[: k + 1]])}")
            return _instance(value) if isinstance(value, type) else value, entry
        try:
            owner, value = value if type(value) is Kind else None, get_attribute(value, name)
        except AttributeError as error:
            raise NoSuchName(str(error)) from None
        if owner is not None and k + 1 == len(rest):
            return owner, value
    return None, value


#: Attributes of these types mean those of their values: ``torch.Tensor.sum``, ``str.upper``.
_INSTANCES: dict[type, Any] = {
    kind: kind() for kind in (str, list, tuple, dict, set, int, float, complex)
} | {range: range(0), slice: slice(0)}  # fmt: skip


def _instance(kind: type) -> Any:
    """A value of that type; the type itself where its own attributes are meant."""
    import numpy as np

    return Tensor(np.zeros(())) if kind is Tensor else _INSTANCES.get(kind, kind)


def live_examples(session: Session, dotted: str) -> Iterator[tuple[str, str]]:
    """Examples of a name, each with what it gives now, in a session of their own. One that fails is left out, as where
    the arguments that were made up for it don't fit."""
    sources = examples_of(session, dotted)
    for source, (ok, result) in zip(sources, shown(sources)):
        if ok:
            yield source, result


def examples_of(session: Session, dotted: str) -> Sequence[str]:
    """Programs that show what a name does; none for what a program defined."""
    owner, value = find(session, dotted)
    entry = _entry(session, dotted, owner, value)
    if entry is not None:
        return [example.source for example in entry.examples]
    if dotted in session.variables:
        return []
    return derived(session, dotted, owner, value).examples or _made_up(value, dotted, isinstance(owner, Tensor))


def facts_of(session: Session, dotted: str) -> Iterator[str]:
    """What a trial of the first example says of a name that has an entry of its own, and what its declaration does."""
    owner, value = find(session, dotted)
    entry = _entry(session, dotted, owner, value)
    if entry is None or not entry.examples:
        return
    told = list(facts(dotted.rpartition(".")[2], entry.examples[0].source))
    function = value.call if isinstance(value, Method) else value
    if isinstance(function, Function):
        told += declared(function, not any(one.startswith("Dtypes:") for one in told))
    yield from told


def _made_up(value: Any, dotted: str, of_tensor: bool) -> list[str]:
    """A call of a function on tensors, by its signature: of one that changes its operand, on one that may be."""
    name = dotted.rpartition(".")[2]
    function = value.call if isinstance(value, Method) and of_tensor else value
    if not isinstance(function, Function):
        return []
    schema = next((schema for schema in function.schemas if not schema.deprecated), function.schemas[0])
    given = arguments(schema, "y" if name.endswith("_") else "x")
    if given is None:
        return []
    return [f"{'y' if name.endswith('_') else 'x'}.{name}({given})" if of_tensor else f"{dotted}({given})"]
