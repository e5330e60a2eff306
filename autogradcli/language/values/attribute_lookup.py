"""Attributes by table: what a value of this type has under this name. Nothing else is reachable.

The registry's tables are per type; here they are merged along the type's bases on first sight. An entry
``"*"`` is a Property whose ``get`` gives the dict of what programs may set on the value by any name
(``ctx.factor = 2``). Names with two underscores around are found only if a table has them.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from ...api.calls import class_lookup, program_classes
from ...api.calls.object_fields import Fields, Members
from ...api.calls.overloads import CalculatorFunction, Function
from ...api.calls.program_classes import Kind
from ...api.calls.python_function import CalculatorPythonFunction, PythonFunction, renamed
from ...api.calls.registry import (
    ATTRIBUTES,
    CLASS_ATTRIBUTES,
    NAMESPACES,
    SWITCHES,
    Attribute,
    Method,
    Property,
    attributes_of,
)
from ...api.calls.super_object import Super
from ...engine.callbacks import resolver
from ...engine.lazy import LazyTable
from ...engine.modes import Decorated
from ...engine.tensor import STANDS_FOR, Tensor
from ...numerics.naming import short_name
from .kinds import UNBOUND, Alias, BoundMethod, Namespace, UnboundMethod, UserFunction, class_of_methods

#: What stands for "any name" in a table.
ANY = "*"

#: Entries about the value itself, which no program can name: what calling it does, what is an instance of it, of
#: which class it is a subclass.
CALL, INSTANCE_CHECK, SUBCLASS_CHECK = "__call__", "__instancecheck__", "__subclasscheck__"
_HIDDEN = frozenset({ANY, CALL, INSTANCE_CHECK, SUBCLASS_CHECK})


#: The errors behind an error, which those of a program's own classes have, too.
_BEHIND = ("__cause__", "__context__", "__traceback__")


def key_of(name: str) -> str:
    """Under what the compiled ``value.name`` looks into a table: a key that none has for a hidden entry."""
    return "" if name in _HIDDEN else name


class Special:
    """``find(value, name, of_class)`` gives special methods and those taken off a class (``special_methods.py``)."""

    __slots__ = ("find",)

    find: Callable[[Any, str, bool], Any]


special = Special()


class _Tables(dict[type, dict[str, Attribute]]):
    """type -> its merged table."""

    def __missing__(self, kind: type) -> dict[str, Attribute]:
        if type(kind) is Kind:
            return _NO_TABLE  # objects look up by themselves, and a program's class must not be kept alive
        table = self[kind] = _merged(kind)
        return table


def _merged(kind: type) -> dict[str, Attribute]:
    table: dict[str, Attribute] = {}
    for base in reversed(kind.__mro__):
        own = ATTRIBUTES.get(base, {})
        if isinstance(own, LazyTable):
            table.update(
                {name: seen(entry, name) for name, entry in own.loaded().items()} if _watching else own.loaded()
            )
        else:
            table.update({name: _named(entry, base, name) for name, entry in own.items()})
    return table


def _named(entry: Attribute, kind: type, name: str) -> Attribute:
    """A method whose messages say what programs call it (``list.append() missing ...``), whatever our function for it
    is called."""
    call = entry.call if type(entry) is Method else None
    if type(call) is not FunctionType or call.__qualname__.endswith(f".{name}") or name in _HIDDEN:
        return entry
    return Method(renamed(call, f"{kind.__name__}.{name}"), entry.doc)


#: Whether a program's modes see every call, and the attributes that are read.
_watching = False


def seen(entry: Attribute, name: str) -> Attribute:
    """An attribute of tensors whose reading modes see."""
    if type(entry) is not Property or name == ANY:
        return entry
    from ...api.calls.getters import watched

    return watched(entry, name)


def _switch(on: bool) -> None:
    global _watching
    _watching = on
    for kind in [kind for kind in TABLES if issubclass(kind, Tensor)]:
        del TABLES[kind]


SWITCHES.append(_switch)
_NO_TABLE: dict[str, Attribute] = {}
TABLES = _Tables()


def entry_of(value: Any, name: str) -> Attribute | None:
    """The table's entry. Tables grow, with modules that are loaded when a name is asked for."""
    kind = type(value)
    merged = TABLES[kind]
    entry = merged.get(name)
    if entry is None:
        for base in kind.__mro__:
            table = dict.get(ATTRIBUTES, base)  # those that are made when they are first asked for have been
            entry = None if table is None else table.get(name)
            if entry is not None:
                entry = merged[name] = (
                    (seen(entry, name) if _watching else entry) if base is Tensor else _named(entry, base, name)
                )
                break
    return entry


def get_attribute(value: Any, name: str) -> Any:
    """``value.name``. Raises AttributeError in Python's words."""
    if type(value) is Namespace:
        found = value.get(name)
        if found is UNBOUND:
            raise missing(value, name)
        return found
    kind = type(value)
    if type(kind) is Kind:
        if name in _BEHIND and isinstance(value, BaseException):
            return ATTRIBUTES[BaseException][name].get(value)  # type: ignore[union-attr]
        if name == "__dict__" and not program_classes.is_slotted(kind):
            return Fields(value)
        return program_classes.get(value, name)
    if kind is Kind:
        return Members(value) if name == "__dict__" else class_lookup.get_of_class(value, name)
    if kind is Super:
        return value.get(name)
    entry = TABLES[kind].get(name) if name not in _HIDDEN else None
    if entry is None:
        own = _own(value)
        if own is not None and name in own:
            return own[name]
        entry = entry_of(value, name) if name not in _HIDDEN else None
    if entry is None:
        found = of_class(value, name) if isinstance(value, type) else _of_its_class(type(value), name)
        return _of_its_type(value, name) if found is UNBOUND else found
    if type(entry) is Property:
        return entry.get(value)
    assert isinstance(entry, Method)
    return BoundMethod(entry.call, value, name)


#: Methods as they are taken off their classes, each made once.
_UNBOUND: dict[tuple[type, str], UnboundMethod] = {}


def of_class(kind: type, name: str) -> Any:
    """``kind.name`` of a class that is Python's or ours: a method without its value, or what the class has itself;
    UNBOUND where there is none."""
    found = _of_its_class(kind, name)
    if found is not UNBOUND:
        return found
    found = _UNBOUND.get((kind, name))
    if found is None and name not in _HIDDEN:
        entry = next((table[name] for base in kind.__mro__ if name in (table := ATTRIBUTES.get(base, {}))), None)
        if type(entry) is Property and issubclass(kind, Tensor):
            from ...api.calls.getters import Getset

            return Getset(name, entry)
        if type(entry) is not Method:
            return UNBOUND
        found = UnboundMethod(entry.call, kind, name)
        if kind.__module__ != "__main__":
            _UNBOUND[kind, name] = found
    return UNBOUND if found is None else found


def _tensor_method(name: str, function: Any) -> Any:
    """``torch.Tensor.name``; of a name that programs don't see, the function itself."""
    found = of_class(Tensor, name)
    if found is UNBOUND:
        found = special.find(Tensor, name, True)
    return function if found is UNBOUND else found


resolver.method = _tensor_method


def _of_its_class(kind: type, name: str) -> Any:
    """What a class has itself, and its objects with it; UNBOUND where there is none."""
    for base in kind.__mro__:
        entry = CLASS_ATTRIBUTES.get(base, _NO_TABLE).get(name)
        if entry is not None:
            return entry.get(kind) if type(entry) is Property else BoundMethod(entry.call, kind, name)  # type: ignore[union-attr]
    if issubclass(kind, Tensor):
        return NAMESPACES["torch._C.TensorBase"].get(name, UNBOUND)
    return UNBOUND


def _of_its_type(value: Any, name: str) -> Any:
    """What no table has: ``x.__class__``, and special methods. Raises AttributeError."""
    if name == "__class__":
        return STANDS_FOR.get(type(value), type(value))  # what ``type(value)`` says
    if type(value) is Alias and not name.startswith("__"):
        return get_attribute(value.origin, name)
    of_class = isinstance(value, type)
    if of_class and name == "__module__":
        return "torch" if value is Tensor else value.__module__
    if of_class and name == "__qualname__":
        return short_name(value)
    if of_class and name in class_lookup.CLASS_ORDER:
        from ...api.calls.class_order import is_named, order_of

        if is_named(value):
            return order_of(value, name)
    if name[:2] == "__" and name[-2:] == "__" and name not in _HIDDEN:
        found = special.find(value, name, of_class)
        if found is not UNBOUND:
            return found
    raise missing(value, name)


def set_attribute(value: Any, name: str, new: Any) -> None:
    """``value.name = new``. Raises AttributeError."""
    if type(type(value)) is Kind:
        program_classes.put(value, name, new)
        return
    if type(value) is Kind:
        class_lookup.put_in_class(value, name, new)
        return
    if type(value) is Namespace and _setting(value, name, new):
        return
    entry = None if name in _HIDDEN else entry_of(value, name)
    if type(entry) is Property and entry.set is not None:
        entry.set(value, new)
        return
    own = _own(value)
    if entry is None or type(entry) is Method:
        if own is not None:
            own[name] = new
            return
        if entry is None:
            raise missing(value, name)
        raise AttributeError(f"'{type(value).__name__}' object attribute '{name}' is read-only")
    raise AttributeError(f"attribute '{name}' of '{_class_name(value)}' objects is not writable")


def _setting(module: Namespace, name: str, new: Any) -> bool:
    """Assign to a setting of a module (``torch.backends.cudnn.benchmark = True``); False where there is none."""
    found = NAMESPACES.get(module.dotted, {}).get(name)
    if type(found) is not Property or found.set is None:
        return False
    found.set(module, new)
    return True


def delete_attribute(value: Any, name: str) -> None:
    """``del value.name``. Raises AttributeError."""
    if type(type(value)) is Kind:
        program_classes.remove(value, name)
        return
    if type(value) is Kind:
        class_lookup.remove_from_class(value, name)
        return
    entry = None if name in _HIDDEN else entry_of(value, name)
    if type(entry) is Property and entry.delete is not None:
        entry.delete(value)
        return
    own = _own(value)
    if own is not None and name in own:
        del own[name]
        return
    if entry is None:
        raise missing(value, name)
    raise AttributeError(f"attribute '{name}' of '{_class_name(value)}' objects is not writable")


def missing(value: Any, name: str) -> AttributeError:
    if isinstance(value, type):
        message = f"type object '{value.__name__}' has no attribute '{name}'"
    elif type(value) is Namespace:
        message = f"module '{value.dotted}' has no attribute '{name}'"
    else:
        message = f"'{type(value).__name__}' object has no attribute '{name}'"
    error = AttributeError(message, name=name, obj=value)
    if type(value) is Namespace and (why := _instead(value.dotted, name)):
        error.add_note(why)  # the message is PyTorch's, to the character: a program may print it
    return error


def _instead(dotted: str, name: str) -> str:
    """Why a module hasn't a name, and what to use; where a name of NumPy's that isn't here is PyTorch's."""
    from .. import absent

    if why := absent.of_name(dotted, name):
        return why
    top, _, rest = dotted.partition(".")
    torch = Namespace.of(f"torch.{rest}" if rest else "torch") if top == "numpy" else None
    if torch is None or name.startswith("_") or torch.get(name) is UNBOUND:
        return ""
    return f"{dotted}.{name} isn't here, {torch.dotted}.{name} is"


def _own(value: Any) -> dict[str, Any] | None:
    """What the program itself may set on this value."""
    entry = TABLES[type(value)].get(ANY)
    return entry.get(value) if type(entry) is Property else None


def _class_name(value: Any) -> str:
    return class_of_methods(type(value))


def names_of(value: Any) -> list[str]:
    """Every attribute of a value, sorted: for completion and suggestions. Evaluates none of them."""
    if type(value) is Namespace:
        return value.all_names()
    if type(value) is Kind or type(type(value)) is Kind:
        from ...api.calls.class_order import names_of as names_of_object

        return names_of_object(value)
    tables = (ATTRIBUTES.get(base, ()) for base in type(value).__mro__)
    found = {*chain.from_iterable(tables), *(_own(value) or ())}
    if isinstance(value, type):
        found.update(*(table.get(base, ()) for table in (CLASS_ATTRIBUTES, ATTRIBUTES) for base in value.__mro__))
    return sorted(found - _HIDDEN)


def _doc_of(function: Any) -> Any:
    """The text that a function begins with, where it is the program's."""
    known = type(function) is not FunctionType and type(function) in program_classes.METHODS
    return get_attribute(function, "__doc__") if known else None


def _annotations_of(function: UserFunction) -> Any:
    """What the annotations of a function mean; asked for, a dict of its own."""
    own = function.attributes.get("__annotations__")
    if own is None:
        wrapped = function.attributes.get("__wrapped__")
        shown = wrapped if type(wrapped) is UserFunction else function  # as ``functools.wraps`` has it
        own = function.attributes["__annotations__"] = shown.code.annotations()
    return own


program_classes.METHODS.add(UserFunction)
attributes_of(UserFunction)["__name__"] = Property(
    lambda function: function.name, lambda function, new: setattr_name(function, new)
)
attributes_of(UserFunction)["__doc__"] = Property(
    lambda function: function.attributes.get("__doc__", function.code.doc),
    lambda function, new: function.attributes.update({"__doc__": new}),
)
attributes_of(UserFunction)["__qualname__"] = Property(lambda function: function.qualname)
attributes_of(UserFunction)["__annotations__"] = Property(_annotations_of)
attributes_of(UserFunction)["__defaults__"] = Property(lambda function: function.defaults or None)
attributes_of(UserFunction)["__kwdefaults__"] = Property(lambda function: dict(function.keyword_defaults) or None)
attributes_of(UserFunction)["__module__"] = Property(lambda function: "__main__")
attributes_of(UserFunction)[ANY] = Property(lambda function: function.attributes)
attributes_of(Decorated)["__name__"] = Property(lambda decorated: decorated.name)
attributes_of(Decorated)["__doc__"] = Property(lambda decorated: _doc_of(decorated.function))
attributes_of(MethodType)["__doc__"] = Property(lambda method: _doc_of(method.__func__))
for _wrapper in (staticmethod, classmethod):
    attributes_of(_wrapper)["__doc__"] = Property(lambda wrapped: _doc_of(wrapped.__func__))
attributes_of(property)["__doc__"] = Property(lambda value: _doc_of(value.fget))
attributes_of(MethodType)["__name__"] = Property(lambda method: get_attribute(method.__func__, "__name__"))
attributes_of(BuiltinFunctionType)["__name__"] = Property(lambda function: function.__name__)
attributes_of(FunctionType)["__name__"] = Property(lambda function: function.__name__)
for _function in (Function, CalculatorFunction, PythonFunction, CalculatorPythonFunction):
    attributes_of(_function)["__name__"] = Property(lambda function: function.name)
    attributes_of(_function)["__qualname__"] = Property(lambda function: function.qualified)
attributes_of(Alias)["__origin__"] = Property(lambda alias: alias.origin if type(alias) is Alias else Alias)
attributes_of(Alias)["__args__"] = Property(lambda alias: alias.arguments if type(alias) is Alias else alias.members)
attributes_of(UnboundMethod)["__qualname__"] = Property(lambda method: method.qualified)
attributes_of(BoundMethod)["__name__"] = Property(lambda method: method.name)
attributes_of(UnboundMethod)["__name__"] = Property(lambda method: method.name)
attributes_of(type)["__name__"] = Property(short_name)


def setattr_name(function: UserFunction, new: Any) -> None:
    if type(new) is not str:
        raise TypeError("__name__ must be set to a string object")
    function.name = new
