"""``unittest.mock.patch``: another value in the place of an attribute, while a ``with`` or a function runs."""

from __future__ import annotations

from typing import Any

from ...api.calls.program_classes import METHODS, Kind, fields_of, members_of
from ...api.calls.registry import NAMESPACES, Method, Property, attributes_of, namespace
from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT, callable_of
from ..values.attribute_lookup import ANY, delete_attribute, get_attribute, set_attribute
from ..values.budget import check_items
from ..values.kinds import Namespace
from .mock_module import DEFAULT, MagicMock, Mock


@shown_as("unittest.mock._patch")
class Patch(ContextMode):
    """A value in the place of an attribute."""

    __slots__ = ("before", "factory", "given", "name", "new", "target")

    def __init__(self, target: Any, name: Any, new: Any, factory: Any, given: dict[str, Any]) -> None:
        if type(name) is not str:
            raise TypeError("patch.object() takes an object and the name of an attribute")
        self.target, self.name, self.new, self.factory, self.given = target, name, new, factory, given
        self.before: list[tuple[bool, Any]] = []

    def __enter__(self) -> Any:
        check_items(len(self.before) + 1)
        found = get_attribute(self.target, self.name)
        own = _own(self.target, self.name)
        new = self.made()
        set_attribute(self.target, self.name, new)
        self.before.append((own is not None, found if own is None else own[0]))
        return new

    def made(self) -> Any:
        """What is put there: what was given, or a mock."""
        if self.new is not DEFAULT:
            return self.new
        if self.factory is not None:
            return callable_of(self.factory)(**self.given)
        return MagicMock(name=self.name, **self.given)

    def __exit__(self, *problem: object) -> None:
        own, value = self.before.pop()
        if own:
            set_attribute(self.target, self.name, value)
        else:
            delete_attribute(self.target, self.name)

    def start(self) -> Any:
        """Put it there until ``stop``."""
        return self.__enter__()

    def stop(self) -> None:
        """Put back what was there."""
        self.__exit__(None, None, None)

    def __call__(self, function: Any) -> Any:
        return Patched(self, function)


def _own(target: Any, name: str) -> tuple[Any] | None:
    """What an object has under a name itself, not by its class or its bases; a setting of a module counts."""
    if type(target) is Kind:
        found = members_of(target)
        return (found[name],) if name in found else None
    if type(type(target)) is Kind:
        fields = fields_of(target)
        return (fields[name],) if name in fields else None
    return (get_attribute(target, name),)


@shown_as("unittest.mock._patch_dict")
class PatchDict(ContextMode):
    """A dictionary with other values."""

    __slots__ = ("before", "clear", "target", "values")

    def __init__(self, target: Any, values: Any, clear: Any) -> None:
        if not isinstance(target, dict) or not isinstance(values, dict):
            raise TypeError("patch.dict() takes a dictionary and another with the values")
        self.target, self.values, self.clear = target, values, clear
        self.before: list[dict[Any, Any]] = []

    def __enter__(self) -> Any:
        check_items(len(self.before) + len(self.target) + 1)
        self.before.append(dict(self.target))
        if self.clear:
            self.target.clear()
        self.target.update(self.values)
        return self.target

    def __exit__(self, *problem: object) -> None:
        self.target.clear()
        self.target.update(self.before.pop())

    def __call__(self, function: Any) -> Any:
        return Patched(self, function)


@shown_as("function")
class Patched:
    """A function that runs while a patch holds; a mock that the patch made is its last argument."""

    __slots__ = ("__weakref__", "attributes", "function", "patch")

    def __init__(self, patch: Patch | PatchDict, function: Any) -> None:
        callable_of(function)
        self.patch, self.function = patch, function
        #: What the program set on it.
        self.attributes: dict[str, Any] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self.patch as made:
            more = (made,) if isinstance(self.patch, Patch) and self.patch.new is DEFAULT else ()
            return callable_of(self.function)(*args, *more, **kwargs)


@shown_as("function")
class Patcher:
    """``patch``, and its ``object`` and ``dict``."""

    __slots__ = ()

    def __call__(self, target: Any, new: Any = DEFAULT, new_callable: Any = None, **kwargs: Any) -> Patch:
        if type(target) is not str or "." not in target:
            raise TypeError(f"Need a valid target to patch. You supplied: {target!r}")
        module, _, name = target.rpartition(".")
        found = NAMESPACES.get(module, {}).get(name)
        if type(found) is Property and found.set is not None:
            return Patch(Namespace.of(module), name, new, new_callable, kwargs)
        raise NotImplementedError(
            f"patch({target[:80]!r}) isn't here: patch.object(SomeClass, 'method') and patch.object(an_object, 'name') "
            "change what is the program's own, patch('sys.stdout') and patch('sys.stderr') streams"
        )


def _object(patcher: Patcher, target: Any, attribute: Any, new: Any = DEFAULT, new_callable: Any = None,
            **kwargs: Any) -> Patch:  # fmt: skip
    if not (type(target) is Kind or type(type(target)) is Kind or isinstance(target, (Mock, Namespace))):
        raise NotImplementedError("patch.object() changes classes and objects of the program's own, and mocks")
    return Patch(target, attribute, new, new_callable, kwargs)


def _dict(patcher: Patcher, in_dict: Any, values: Any = None, clear: Any = False, **kwargs: Any) -> PatchDict:
    return PatchDict(in_dict, {**(values or {}), **kwargs}, clear)


DIRECT.add(Patcher)
DIRECT.add(Patched)
METHODS.add(Patched)
for _kind in (Patch, PatchDict):
    DIRECT.add(_kind)
attributes_of(Patcher)["object"] = Method(_object, "Another value in the place of an attribute.")
attributes_of(Patcher)["dict"] = Method(_dict, "Other values in a dictionary.")
attributes_of(Patch)["start"] = Method(Patch.start, Patch.start.__doc__ or "")
attributes_of(Patch)["stop"] = Method(Patch.stop, Patch.stop.__doc__ or "")
attributes_of(Patched)["__name__"] = Property(lambda made: get_attribute(made.function, "__name__"))
attributes_of(Patched)["__doc__"] = Property(lambda made: get_attribute(made.function, "__doc__"))
attributes_of(Patched)[ANY] = Property(lambda made: made.attributes)
namespace("unittest.mock")["patch"] = Patcher()
