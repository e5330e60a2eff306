"""``pytest``: what tests say inside of functions. Nobody runs them here but the program itself."""

from __future__ import annotations

from typing import Any

from ...api.calls.registry import Method, attributes_of, namespace
from ...numerics.naming import shown_as
from ..compile.calls import Builtin, callable_of
from ..values.text_format import to_repr
from .entries import entering, is_number
from .expecting import Expecting


@entering("pytest")
def raises(expected_exception: Any, *args: Any, match: Any = None, **kwargs: Any) -> Any:
    """A context in which an error is expected; ``match`` is a part of its message."""
    context = Expecting(expected_exception, match, "DID NOT RAISE {}")
    if not args:
        return context
    with context:
        callable_of(args[0])(*args[1:], **kwargs)
    return context


@shown_as("pytest.approx")
class Approximate:
    """A number, or some, which is equal to what is as near as its tolerances allow."""

    __slots__ = ("abs", "expected", "rel")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, expected: Any, rel: Any = None, abs: Any = None, nan_ok: Any = False) -> None:
        for value in expected if type(expected) in (list, tuple) else [expected]:
            if not is_number(value):
                raise TypeError(f"approx() takes numbers here, not {type(value).__name__}: torch.testing.assert_close")
        self.expected, self.rel, self.abs = expected, rel, abs

    def __eq__(self, other: Any) -> Any:
        if type(self.expected) in (list, tuple):
            if type(other) is not type(self.expected) or len(other) != len(self.expected):
                return False
            return all(self._near(a, b) for a, b in zip(other, self.expected))
        return self._near(other, self.expected)

    def _near(self, value: Any, expected: Any) -> bool:
        if not is_number(value):
            return False
        least = 1e-12 if self.abs is None else self.abs
        relative = (1e-6 if self.rel is None and self.abs is None else self.rel or 0.0) * abs(expected)
        return bool(value == expected or abs(value - expected) <= max(least, relative))

    def __repr__(self) -> str:
        return f"approx({to_repr(self.expected)})"


_table = namespace("pytest")
_table["approx"] = Builtin("approx", Approximate)


@shown_as("pytest.MarkGenerator")
class Mark:
    """``pytest.mark``: what is said about a test, for those who run them."""

    __slots__ = ()


def _marking(mark: Mark, *args: Any, **kwargs: Any) -> Any:
    """A decorator that changes nothing."""
    return Builtin("mark", lambda function: function)


for _name in ("parametrize", "skipif", "skip", "xfail", "filterwarnings"):
    attributes_of(Mark)[_name] = Method(_marking)
_table["mark"] = Mark()


@entering("pytest")
def fixture(function: Any = None, **options: Any) -> Any:
    """The function itself."""
    return Builtin("fixture", lambda function: function) if function is None else function


@entering("pytest")
def main(args: Any = None, plugins: Any = None) -> None:
    """Raises NotImplementedError: nothing looks for tests here."""
    raise NotImplementedError("pytest.main() isn't here: call your test functions, or use unittest")
