"""``unittest.mock``: objects that take every call and remember it, in the place of a program's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ...api.calls.registry import CONSTRUCTORS, Method, Property, attributes_of, namespace
from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT, callable_of, is_callable
from ..values.attribute_lookup import ANY, names_of
from ..values.budget import budget, check_items
from ..values.generators import Generator
from ..values.kinds import Form
from ..values.text_format import to_repr
from .mock_calls import Call, Caller, written

#: What stands for "nothing was said".
DEFAULT = Form("DEFAULT")
#: Calls that one mock remembers, and mocks within mocks that are told of a call.
_MOST, _DEEPEST = 100_000, 100


class _Children(dict[str, Any]):
    """The attributes of a mock: what the program set, and a mock of its own for every other name."""

    def __init__(self, mock: Mock) -> None:
        super().__init__()
        self.mock = mock

    def __contains__(self, name: object) -> bool:
        if dict.__contains__(self, name):
            return True
        mock = self.mock
        if type(name) is not str or name in mock.gone or name.startswith(("assert", "assret")):
            return False
        if name.startswith("__"):
            return name in MAGIC and isinstance(mock, MagicMock)
        if mock.spec is not None and name not in mock.spec:
            raise AttributeError(f"Mock object has no attribute {name!r}")
        return True

    def __getitem__(self, name: str) -> Any:
        if not dict.__contains__(self, name):
            check_items(len(self) + 1)
            mock = self.mock
            self[name] = child = type(mock)(name=name)
            child.parent, child.called_as = mock, name
            if name in MAGIC:
                child.result = MAGIC[name](mock)
        return dict.__getitem__(self, name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.mock.gone.discard(name)
        if isinstance(value, Mock) and value.parent is None and value.name is None:
            value.parent, value.called_as = self.mock, name
        dict.__setitem__(self, name, value)

    def __delitem__(self, name: str) -> None:
        dict.pop(self, name, None)
        self.mock.gone.add(name)


@shown_as("unittest.mock.Mock")
class Mock:
    """Takes every call, gives ``return_value``, and remembers; its attributes are such mocks, too."""

    __slots__ = (
        "__weakref__", "attributes", "called_as", "calls", "effect", "gone", "method_calls", "name", "parent", "result",
        "spec", "wraps",
    )  # fmt: skip

    def __init__(
        self, spec: Any = None, side_effect: Any = None, return_value: Any = DEFAULT, wraps: Any = None,
        name: Any = None, spec_set: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.name: str | None = name if type(name) is str else None
        self.parent: Mock | None = None
        self.called_as = ""
        self.calls: list[Call] = []
        self.method_calls: list[Call] = []
        self.gone: set[str] = set()
        self.result, self.wraps = return_value, wraps
        spec = spec_set if spec is None else spec
        self.spec: frozenset[str] | None = None
        if spec is not None:
            names = budget.items(spec) if type(spec) in (list, tuple, set) else names_of(spec)
            self.spec = frozenset(each for each in names if type(each) is str)
        self.effect: Any = None
        self.attributes = _Children(self)
        self.set_effect(side_effect)
        self.configure_mock(**kwargs)

    def configure_mock(self, **kwargs: Any) -> None:
        """Set attributes, and with points those of attributes."""
        for name, value in kwargs.items():
            self.attributes[name] = value

    def set_effect(self, effect: Any) -> None:
        """An error, a function, or values for one call after another."""
        if effect is None or is_callable(effect) or isinstance(effect, BaseException) or type(effect) is Generator:
            self.effect = effect
        else:
            self.effect = iter(budget.items(effect))

    def returned(self) -> Any:
        """What a call gives, another mock unless it was said."""
        if self.result is DEFAULT:
            self.result = child = type(self)(name=None)
            child.parent, child.called_as = self, "()"
        return self.result

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(self.calls) >= _MOST:
            raise MemoryError(f"a mock remembers at most {_MOST:,} calls: reset_mock() forgets them")
        budget.spend(256)
        self.calls.append(Call(args, kwargs))
        self._tell(args, kwargs)
        if self.effect is not None:
            found = self._effect(args, kwargs)
            if found is not DEFAULT:
                return found
        if self.result is DEFAULT and self.wraps is not None:
            return callable_of(self.wraps)(*args, **kwargs)
        return self.returned()

    def _tell(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Let the mocks that this one belongs to know of the call."""
        name, mock, depth = self.called_as, self.parent, 0
        while mock is not None and depth < _DEEPEST:
            if len(mock.method_calls) < _MOST:
                mock.method_calls.append(Call(args, kwargs, name))
            between = "" if name.startswith("()") else "."
            name = f"{mock.called_as}{between}{name}" if mock.called_as else name
            mock, depth = mock.parent, depth + 1

    def _effect(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        effect = self.effect
        if isinstance(effect, BaseException) or (isinstance(effect, type) and issubclass(effect, BaseException)):
            raise effect
        if is_callable(effect):
            return callable_of(effect)(*args, **kwargs)
        found = next(effect)
        if isinstance(found, BaseException) or (isinstance(found, type) and issubclass(found, BaseException)):
            raise found
        return found

    def called(self) -> str:
        """How messages call it."""
        return self.name or self.called_as or "mock"

    def _listed(self, prefix: str = "Calls") -> str:
        return f"\n{prefix}: {to_repr(self.calls)}." if self.calls else ""

    def assert_called(self) -> None:
        """It was called."""
        if not self.calls:
            raise AssertionError(f"Expected '{self.called()}' to have been called.")

    def assert_not_called(self) -> None:
        """It was not called."""
        if self.calls:
            raise AssertionError(
                f"Expected '{self.called()}' to not have been called. Called {len(self.calls)} times.{self._listed()}"
            )

    def assert_called_once(self) -> None:
        """It was called once."""
        if len(self.calls) != 1:
            raise AssertionError(
                f"Expected '{self.called()}' to have been called once. Called {len(self.calls)} times.{self._listed()}"
            )

    def assert_called_with(self, /, *args: Any, **kwargs: Any) -> None:
        """The last call had these arguments."""
        expected = Call(args, kwargs)
        if not self.calls or self.calls[-1] != expected:
            last = written(self.called(), self.calls[-1].args, self.calls[-1].kwargs) if self.calls else "not called."
            raise AssertionError(
                f"expected call not found.\nExpected: {written(self.called(), args, kwargs)}\n  Actual: {last}"
            )

    def assert_called_once_with(self, /, *args: Any, **kwargs: Any) -> None:
        """It was called once, with these arguments."""
        if len(self.calls) != 1:
            raise AssertionError(
                f"Expected '{self.called()}' to be called once. Called {len(self.calls)} times.{self._listed()}"
            )
        self.assert_called_with(*args, **kwargs)

    def assert_any_call(self, /, *args: Any, **kwargs: Any) -> None:
        """One of the calls had these arguments."""
        expected = Call(args, kwargs)
        if not any(each == expected for each in self.calls):
            raise AssertionError(f"{written(self.called(), args, kwargs)} call not found")

    def assert_has_calls(self, calls: Any, any_order: Any = False) -> None:
        """These calls were made, one after another, or with ``any_order`` somewhere."""
        wanted, made = budget.items(calls), self.all_calls()
        if any_order:
            missing = [each for each in wanted if not any(each == other for other in made)]
            if missing:
                raise AssertionError(
                    f"{self.called()!r} does not contain all of {to_repr(tuple(missing))} in its call list, found "
                    f"{to_repr(made)} instead"
                )
            return
        starts = range(len(made) - len(wanted) + 1)
        if not any(all(a == b for a, b in zip(wanted, made[k:])) for k in starts):
            actual = f"\n  Actual: {to_repr(made)}" if made else ""
            raise AssertionError(f"Calls not found.\nExpected: {to_repr(wanted)}{actual}")

    def all_calls(self) -> list[Call]:
        """Its own calls, and those of its attributes after them."""
        return [*self.calls, *self.method_calls]

    def reset_mock(self, return_value: Any = False, side_effect: Any = False) -> None:
        """Forget all calls."""
        pending, seen = [self], set()
        while pending:
            mock = pending.pop()
            if id(mock) in seen:
                continue
            seen.add(id(mock))
            mock.calls.clear()
            mock.method_calls.clear()
            if return_value:
                mock.result = DEFAULT
            if side_effect:
                mock.effect = None
            pending += [each for each in (*mock.attributes.values(), mock.result) if isinstance(each, Mock)]

    def __repr__(self) -> str:
        path, mock, depth = [], self, 0
        while mock.parent is not None and depth < _DEEPEST:
            path.append(mock.called_as)
            mock, depth = mock.parent, depth + 1
        path.append(mock.name or "mock")
        name = path.pop()
        for part in reversed(path):
            name += part if part.startswith("()") else f".{part}"
        shown = f" name={name!r}" if self.parent is not None or self.name else ""
        return f"<{type(self).__name__}{shown} id='{id(self)}'>"


@shown_as("unittest.mock.MagicMock")
class MagicMock(Mock, ContextMode):
    """A mock that has Python's special methods, too: ``len``, ``for``, ``with``, subscripts and numbers."""

    __slots__ = ()

    def _special(self, name: str, *args: Any) -> Any:
        return callable_of(self.attributes[name])(*args)

    def __len__(self) -> int:
        found: int = self._special("__len__")
        return found

    def __iter__(self) -> Iterator[Any]:
        return iter(self._special("__iter__"))

    def __bool__(self) -> bool:
        return bool(self._special("__bool__"))

    def __int__(self) -> int:
        return int(self._special("__int__"))

    def __float__(self) -> float:
        return float(self._special("__float__"))

    def __getitem__(self, index: Any) -> Any:
        return self._special("__getitem__", index)

    def __setitem__(self, index: Any, value: Any) -> None:
        self._special("__setitem__", index, value)

    def __contains__(self, value: Any) -> bool:
        return bool(self._special("__contains__", value))

    def __enter__(self) -> Any:
        return self._special("__enter__")

    def __exit__(self, *problem: object) -> Any:
        return self._special("__exit__", *problem)


#: Special methods of a MagicMock -> what they give unless a program says.
MAGIC: dict[str, Callable[[Any], Any]] = {
    "__len__": lambda mock: 0, "__iter__": lambda mock: [], "__bool__": lambda mock: True, "__int__": lambda mock: 1,
    "__float__": lambda mock: 1.0, "__contains__": lambda mock: False, "__getitem__": lambda mock: DEFAULT,
    "__setitem__": lambda mock: None, "__enter__": lambda mock: DEFAULT, "__exit__": lambda mock: False,
}  # fmt: skip


def _set_result(mock: Mock, value: Any) -> None:
    mock.result = value


_of_mocks = attributes_of(Mock)
_of_mocks[ANY] = Property(lambda mock: mock.attributes)
_of_mocks["return_value"] = Property(Mock.returned, _set_result, doc="What a call gives.")
_of_mocks["side_effect"] = Property(lambda mock: mock.effect, Mock.set_effect, doc="What a call does.")
_of_mocks["called"] = Property(lambda mock: bool(mock.calls), doc="Whether it was called.")
_of_mocks["call_count"] = Property(lambda mock: len(mock.calls), doc="How many times it was called.")
_of_mocks["call_args"] = Property(lambda mock: mock.calls[-1] if mock.calls else None, doc="The last call.")
_of_mocks["call_args_list"] = Property(lambda mock: list(mock.calls), doc="All calls.")
_of_mocks["mock_calls"] = Property(Mock.all_calls, doc="All calls, of its attributes too.")
_of_mocks["method_calls"] = Property(lambda mock: list(mock.method_calls), doc="All calls of its attributes.")
for _call in (
    Mock.assert_called, Mock.assert_not_called, Mock.assert_called_once, Mock.assert_called_with,
    Mock.assert_called_once_with, Mock.assert_any_call, Mock.assert_has_calls, Mock.reset_mock, Mock.configure_mock,
):  # fmt: skip
    _of_mocks[_call.__name__] = Method(_call, _call.__doc__ or "")
for _kind in (Mock, MagicMock):
    DIRECT.add(_kind)
    CONSTRUCTORS[_kind] = _kind
namespace("unittest.mock").update({"Mock": Mock, "MagicMock": MagicMock, "call": Caller(), "DEFAULT": DEFAULT})
