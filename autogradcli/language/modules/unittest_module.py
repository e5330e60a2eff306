"""``unittest``: classes of tests, run by ``unittest.main()``; the report goes to stderr."""

from __future__ import annotations

import operator
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from ...api.calls.class_lookup import get_of_class
from ...api.calls.class_order import names_of
from ...api.calls.program_classes import METHODS, Kind, Plain, defines, fields_of, get, members_of
from ...api.calls.registry import namespace
from ...engine.modes import ContextMode
from ...engine.state import state
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT, Builtin, callable_of
from ..values.at_length import compare, equal
from ..values.attribute_lookup import get_attribute
from ..values.budget import CONTAINERS, UNCATCHABLE, budget, check_items, hashable
from ..values.builtins import isinstance_
from ..values.checked_operators import contains
from ..values.foreign import entering as as_value
from ..values.streams import Stream
from ..values.text_format import to_repr, to_str
from .entries import entering
from .expecting import Expecting


@shown_as("unittest.case.SkipTest")
class SkipTest(Exception):
    """The test is not to be run."""


@shown_as("contextlib._GeneratorContextManager")
class _SubTest(ContextMode):
    __slots__ = ()

    def __enter__(self) -> None:
        return

    def __exit__(self, *problem: object) -> None:
        return


def known_classes() -> dict[str, Kind]:
    """The classes of tests of the session, by name."""
    found = state.flags.get("unittest")
    if type(found) is not dict:
        found = state.flags["unittest"] = {}
    return found


def _compared(operate: Callable[[Any, Any], Any], a: Any, b: Any) -> bool:
    both = type(a) in CONTAINERS and type(b) in CONTAINERS
    return bool(compare(operate, a, b) if both else operate(a, b))


@shown_as("unittest.case.TestCase")
class TestCase(Plain):
    """The base of a class of tests: its methods that begin with ``test`` are run, each on an object of its own."""

    def __init__(self, methodName: Any = "runTest") -> None:
        object.__setattr__(self, "_method", methodName)
        object.__setattr__(self, "_cleanups", [])

    @classmethod
    def _complete(cls, members: dict[str, Any]) -> None:
        known_classes()[cls.__name__] = cls

    def setUp(self) -> None:
        """What is done before each test."""

    def tearDown(self) -> None:
        """What is done after each test."""

    def addCleanup(self, function: Any, /, *args: Any, **kwargs: Any) -> None:
        """Call a function after the test, the last that was given first."""
        callable_of(function)
        check_items(len(fields_of(self)["_cleanups"]) + 1)
        fields_of(self)["_cleanups"].append((function, args, kwargs))

    def __str__(self) -> str:
        return f"{fields_of(self)['_method']} ({self.id()})"

    def __repr__(self) -> str:
        return f"<__main__.{type(self).__name__} testMethod={fields_of(self)['_method']}>"

    def id(self) -> str:
        """The test's name."""
        return f"__main__.{type(self).__name__}.{fields_of(self)['_method']}"

    def fail(self, msg: Any = None) -> None:
        """Fail at once."""
        raise AssertionError(to_str(msg))

    def skipTest(self, reason: Any) -> None:
        """End the test, as one that doesn't count."""
        raise SkipTest(to_str(reason))

    def subTest(self, msg: Any = None, **params: Any) -> Any:
        """A context for a part of a test."""
        return _SubTest()

    def assertRaises(self, expected_exception: Any, callable: Any = None, /, *args: Any, **kwargs: Any) -> Any:
        """An error of this class has to come: in the ``with``, or from the call of a function."""
        kwargs.pop("msg", None) if callable is None else None
        context = Expecting(expected_exception)
        if callable is None:
            return context
        with context:
            callable_of(callable)(*args, **kwargs)
        return None

    def assertRaisesRegex(
        self, expected_exception: Any, expected_regex: Any, callable: Any = None, /, *args: Any, **kwargs: Any
    ) -> Any:
        """An error of this class has to come with this in its message."""
        context = Expecting(expected_exception, expected_regex)
        if callable is None:
            return context
        with context:
            callable_of(callable)(*args, **kwargs)
        return None

    def assertAlmostEqual(
        self, first: Any, second: Any, places: Any = None, msg: Any = None, delta: Any = None
    ) -> None:
        """Equal, or nearer than ``delta``, or equal when rounded to so many places (7)."""
        if bool(equal(first, second)):
            return
        difference = abs(first - second)
        if delta is not None:
            _check(
                difference <= delta, lambda: f"{to_repr(first)} != {to_repr(second)} within {to_repr(delta)} delta", msg
            )
            return
        places = 7 if places is None else places
        _check(
            round(difference, places) == 0,
            lambda: f"{to_repr(first)} != {to_repr(second)} within {places} places ({to_repr(difference)} difference)",
            msg,
        )

    def assertNotAlmostEqual(self, first: Any, second: Any, places: Any = None, msg: Any = None) -> None:
        """Not equal when rounded to so many places (7)."""
        places = 7 if places is None else places
        near = bool(equal(first, second)) or round(abs(first - second), places) == 0
        _check(not near, lambda: f"{to_repr(first)} == {to_repr(second)} within {places} places", msg)

    def assertCountEqual(self, first: Any, second: Any, msg: Any = None) -> None:
        """The same elements, in any order."""
        counts = [Counter(hashable(item) for item in budget.items(each)) for each in (first, second)]
        _check(
            counts[0] == counts[1], lambda: f"Element counts were not equal: {to_repr(first)}, {to_repr(second)}", msg
        )


def _check(holds: Any, words: Callable[[], str], msg: Any) -> None:
    if not holds:
        raise AssertionError(words() if msg is None else f"{words()} : {to_str(msg)}")


#: What is asserted of two values: how they are compared, and what is said where it does not hold.
_OF_TWO: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "assertEqual": (equal, "{} != {}"),
    "assertNotEqual": (lambda a, b: not equal(a, b), "{} == {}"),
    "assertIs": (operator.is_, "{} is not {}"),
    "assertIsNot": (operator.is_not, "unexpectedly identical: {}"),
    "assertIn": (lambda a, b: contains(b, a), "{} not found in {}"),
    "assertNotIn": (lambda a, b: not contains(b, a), "{} unexpectedly found in {}"),
    "assertIsInstance": (isinstance_, "{} is not an instance of {}"),
    "assertNotIsInstance": (lambda a, b: not isinstance_(a, b), "{} is an instance of {}"),
    "assertGreater": (lambda a, b: _compared(operator.gt, a, b), "{} not greater than {}"),
    "assertGreaterEqual": (lambda a, b: _compared(operator.ge, a, b), "{} not greater than or equal to {}"),
    "assertLess": (lambda a, b: _compared(operator.lt, a, b), "{} not less than {}"),
    "assertLessEqual": (lambda a, b: _compared(operator.le, a, b), "{} not less than or equal to {}"),
}
_OF_ONE: dict[str, tuple[Callable[[Any], Any], str]] = {
    "assertTrue": (bool, "{} is not true"),
    "assertFalse": (operator.not_, "{} is not false"),
    "assertIsNone": (lambda a: a is None, "{} is not None"),
    "assertIsNotNone": (lambda a: a is not None, "unexpectedly None"),
}


def _of_two(test: Callable[[Any, Any], Any], words: str) -> Callable[..., None]:
    def method(self: Any, first: Any, second: Any, msg: Any = None) -> None:
        _check(test(first, second), lambda: words.format(to_repr(first), to_repr(second)), msg)

    return method


def _of_one(test: Callable[[Any], Any], words: str) -> Callable[..., None]:
    def method(self: Any, expr: Any, msg: Any = None) -> None:
        _check(test(expr), lambda: words.format(to_repr(expr)), msg)

    return method


_members = TestCase.__members__
for _name, (_test, _words) in _OF_TWO.items():
    _members[_name] = _of_two(_test, _words)
for _name in ("List", "Tuple", "Dict", "Set", "Sequence", "MultiLine"):
    _members[f"assert{_name}Equal"] = _members["assertEqual"]
for _name, (_one, _words) in _OF_ONE.items():
    _members[_name] = _of_one(_one, _words)


@shown_as("function")
class Skipped:
    """What ``@unittest.skip`` makes of a test: neither it nor ``setUp`` is run."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        raise SkipTest(self.reason)


@shown_as("function")
class Failing:
    """What ``@unittest.expectedFailure`` makes of a test: it has to fail."""

    __slots__ = ("function",)

    def __init__(self, test_item: Any) -> None:
        callable_of(test_item)
        self.function = test_item

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return callable_of(self.function)(*args, **kwargs)


for _made in (Skipped, Failing):
    DIRECT.add(_made)
    METHODS.add(_made)


def function_of(kind: Kind, name: str) -> Any:
    """What a class has under the name of a test."""
    return next((members_of(base)[name] for base in kind.__mro__ if name in members_of(base)), None)


def _outcome(run: Callable[[], Any]) -> tuple[str, BaseException | None]:
    """How a test ended: a letter, and the error."""
    depth = budget.depth
    try:
        run()
    except UNCATCHABLE:
        raise
    except SkipTest as error:
        budget.depth = depth
        return "s", error
    except BaseException as error:
        budget.depth = depth
        known = as_value(error)
        return "F" if isinstance(known, AssertionError) else "E", known
    return ".", None


def run_one(case: Any) -> tuple[str, BaseException | None]:
    """How a test ended: a letter, and the error."""
    name = fields_of(case)["_method"]
    function = function_of(type(case), name)  # type: ignore[arg-type]

    def run() -> None:
        if isinstance(function, Skipped):
            function()
        callable_of(get(case, "setUp"))()
        try:
            callable_of(get(case, name))()
        finally:
            callable_of(get(case, "tearDown"))()
            cleanups = fields_of(case)["_cleanups"]
            while cleanups:
                call, args, kwargs = cleanups.pop()
                callable_of(call)(*args, **kwargs)

    letter, error = _outcome(run)
    if isinstance(function, Failing):
        return ("u", None) if letter == "." else ("x", error) if letter in "FE" else (letter, error)
    return letter, error


def doc_of(case: Any) -> str:
    """The first line of the text that a test begins with."""
    function = function_of(type(case), fields_of(case)["_method"])  # type: ignore[arg-type]
    try:
        doc = get_attribute(function, "__doc__")
    except AttributeError:
        return ""
    return doc.strip().split("\n")[0].strip() if type(doc) is str else ""


_COUNTED = (
    ("failures", "F"), ("errors", "E"), ("skipped", "s"), ("expected failures", "x"), ("unexpected successes", "u"),
)  # fmt: skip


@entering("unittest")
def main(
    module: Any = "__main__",
    defaultTest: Any = None,
    argv: Any = None,
    testRunner: Any = None,
    testLoader: Any = None,
    exit: Any = True,
    verbosity: Any = 1,
    **options: Any,
) -> None:
    """Run the tests of all classes of the program and say on stderr how they ended; with ``exit`` end the program, with
    1 where one failed."""
    report = Stream("stderr")
    begun, letters, told, count = time.perf_counter(), "", [], 0
    for kind in [known for _, known in sorted(known_classes().items())]:
        if defines(kind, "setUpClass"):
            callable_of(get_of_class(kind, "setUpClass"))()
        for name in names_of(kind):
            if not name.startswith("test"):
                continue
            count += 1
            letter, error = run_one(kind(name))
            letters += letter
            if letter in "FEu":
                title = {"F": "FAIL", "E": "ERROR", "u": "UNEXPECTED SUCCESS"}[letter]
                told.append(
                    f"{title}: {name} (__main__.{kind.__name__}.{name}): {type(error).__name__}: {to_str(error)}"
                )
        if defines(kind, "tearDownClass"):
            callable_of(get_of_class(kind, "tearDownClass"))()
    ended = [f"{what}={letters.count(c)}" for what, c in _COUNTED if c in letters]
    passed = not set(letters) & set("FEu")
    result = ("OK" if passed else "FAILED") + (f" ({', '.join(ended)})" if ended else "")
    seconds = time.perf_counter() - begun
    report.write("\n".join([letters, *told, f"Ran {count} test{'s' * (count != 1)} in {seconds:.3f}s", result]) + "\n")
    if exit:
        raise SystemExit(0 if passed else 1)


def _skipping(reason: Any) -> Any:
    def decorate(function: Any) -> Any:
        return Skipped(to_str(reason))

    return Builtin("skip", decorate)


_same = Builtin("skip", lambda function: function)
_table = namespace("unittest")
_table |= {"TestCase": TestCase, "SkipTest": SkipTest}
_table["skip"] = Builtin("skip", _skipping)
_table["expectedFailure"] = Builtin("expectedFailure", Failing)
_table["skipIf"] = Builtin("skipIf", lambda condition, reason: _skipping(reason) if condition else _same)
_table["skipUnless"] = Builtin("skipUnless", lambda condition, reason: _same if condition else _skipping(reason))
