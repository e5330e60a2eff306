"""``unittest``'s suites, loaders and runners: tests gathered, run, and told of as Python tells of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

from ...api.calls.class_lookup import get_of_class
from ...api.calls.class_order import names_of
from ...api.calls.program_classes import Kind, Object, defines, fields_of
from ...api.calls.registry import namespace
from ..compile.calls import callable_of
from ..values.budget import budget, check_items
from ..values.text_format import to_repr, to_str
from .traceback_module import format_exception, write_to
from .unittest_module import TestCase, doc_of, known_classes, run_one

_WIDE, _THIN = "=" * 70 + "\n", "-" * 70 + "\n"
#: How a test ended: its letter, and what a long report says.
_SAID = {
    ".": "ok", "F": "FAIL", "E": "ERROR", "s": "skipped", "x": "expected failure", "u": "unexpected success",
}  # fmt: skip


class TestSuite(Object):
    """Tests, to be run one after the other."""

    __module__ = "unittest.suite"

    def __init__(self, tests: Any = ()) -> None:
        object.__setattr__(self, "kept", [])
        self.addTests(tests)

    def addTest(self, test: Any) -> None:
        """One more: a test, or a suite."""
        if not isinstance(test, (TestCase, TestSuite)):
            raise TypeError(f"{to_repr(test)} is not callable")
        check_items(len(self._kept()) + 1)
        self._kept().append(test)

    def addTests(self, tests: Any) -> None:
        """Some more."""
        for test in budget.polled(tests):
            self.addTest(test)

    def countTestCases(self) -> int:
        """How many tests it has."""
        return len(list(self._cases()))

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._kept()))

    def _kept(self) -> list[Any]:
        kept: list[Any] = fields_of(self)["kept"]
        return kept

    def _cases(self, depth: int = 0) -> Iterator[Any]:
        if depth > 50:
            raise RecursionError("maximum recursion depth exceeded")
        for each in self._kept():
            if isinstance(each, TestSuite):
                yield from each._cases(depth + 1)
            else:
                yield each


def _names(kind: Kind) -> list[str]:
    return [name for name in names_of(kind) if name.startswith("test")]


class TestLoader(Object):
    """What makes suites of classes of tests."""

    __module__ = "unittest.loader"

    def getTestCaseNames(self, testCaseClass: Any) -> list[str]:
        """The names of a class's tests, in the order of the alphabet."""
        return _names(testCaseClass)

    def loadTestsFromTestCase(self, testCaseClass: Any) -> TestSuite:
        """All tests of a class."""
        if not (type(testCaseClass) is Kind and issubclass(testCaseClass, TestCase)):
            raise TypeError("loadTestsFromTestCase() takes a class that derives from unittest.TestCase")
        return TestSuite([testCaseClass(name) for name in _names(testCaseClass)])

    def loadTestsFromModule(self, module: Any = None, *, pattern: Any = None) -> TestSuite:
        """All tests of the program."""
        return TestSuite([self.loadTestsFromTestCase(kind) for _, kind in sorted(known_classes().items())])

    def loadTestsFromName(self, name: Any, module: Any = None) -> TestSuite:
        """The tests of a class, or one of them: ``"TestLoss.test_zero"``."""
        first, _, test = str(name).removeprefix("__main__.").partition(".")
        kind = known_classes().get(first)
        if kind is None or (test and test not in _names(kind)):
            raise AttributeError(
                f"module '__main__' has no attribute {first!r}" if kind is None else f"no test {test!r}"
            )
        return TestSuite([kind(test)]) if test else self.loadTestsFromTestCase(kind)


class TestResult(Object):
    """How tests ended."""

    __module__ = "unittest.runner"

    def __init__(self) -> None:
        for name in ("failures", "errors", "skipped", "expectedFailures", "unexpectedSuccesses"):
            object.__setattr__(self, name, [])
        object.__setattr__(self, "testsRun", 0)
        object.__setattr__(self, "shouldStop", False)

    def wasSuccessful(self) -> bool:
        """Whether none failed."""
        own = fields_of(self)
        return not (own["failures"] or own["errors"] or own["unexpectedSuccesses"])

    def stop(self) -> None:
        """Run no further test."""
        object.__setattr__(self, "shouldStop", True)

    def _told(self, letter: str, case: Any, error: BaseException | None) -> None:
        own = fields_of(self)
        object.__setattr__(self, "testsRun", own["testsRun"] + 1)
        if letter in "FEx":
            kept = {"F": "failures", "E": "errors", "x": "expectedFailures"}[letter]
            own[kept].append((case, "".join(format_exception(error))))
        elif letter == "s":
            own["skipped"].append((case, to_str(error)))
        elif letter == "u":
            own["unexpectedSuccesses"].append(case)

    def __repr__(self) -> str:
        own = fields_of(self)
        return (
            f"<unittest.runner.{type(self).__name__} run={own['testsRun']} errors={len(own['errors'])} "
            f"failures={len(own['failures'])}>"
        )


class TextTestResult(TestResult):
    """How tests ended that a runner ran."""

    __module__ = "unittest.runner"


class TextTestRunner(Object):
    """What runs a suite and writes how its tests ended, by itself to stderr."""

    __module__ = "unittest.runner"

    def __init__(
        self,
        stream: Any = None,
        descriptions: Any = True,
        verbosity: Any = 1,
        failfast: Any = False,
        buffer: Any = False,
        resultclass: Any = None,
        warnings: Any = None,
        *,
        tb_locals: Any = False,
        durations: Any = None,
    ) -> None:
        for name, value in (("stream", stream), ("verbosity", verbosity), ("failfast", failfast)):
            object.__setattr__(self, name, value)

    def run(self, test: Any) -> TextTestResult:
        """Run a suite, or a test."""
        own, result, begun = fields_of(self), TextTestResult(), time.perf_counter()
        suite = test if isinstance(test, TestSuite) else TestSuite([test])
        pieces: list[str] = []

        def write(text: str) -> None:
            if own["stream"] is None:
                pieces.append(text)
            else:
                write_to(own["stream"], text)

        _run_all(suite, result, write, int(own["verbosity"]), bool(own["failfast"]))
        if own["verbosity"] > 0:
            write("\n")
        _write_problems(result, write)
        _write_end(result, write, time.perf_counter() - begun)
        if pieces:
            write_to(None, "".join(pieces))
        return result


def _run_all(suite: TestSuite, result: TestResult, write: Any, verbosity: int, failfast: bool) -> None:
    inside: Kind | None = None

    def leave() -> None:
        if inside is not None and defines(inside, "tearDownClass"):
            callable_of(get_of_class(inside, "tearDownClass"))()

    for case in suite._cases():
        if fields_of(result)["shouldStop"]:
            break
        kind: Kind = type(case)  # type: ignore[assignment]
        if kind is not inside:
            leave()
            inside = kind
            if defines(kind, "setUpClass"):
                callable_of(get_of_class(kind, "setUpClass"))()
        if verbosity > 1:
            doc = doc_of(case)
            write(f"{case}\n{doc} ... " if doc else f"{case} ... ")
        letter, error = run_one(case)
        result._told(letter, case, error)
        if verbosity > 1:
            write(_SAID[letter] + (f" {to_repr(to_str(error))}" if letter == "s" else "") + "\n")
        elif verbosity == 1:
            write(letter)
        if failfast and letter in "FEu":
            break
    leave()


def _write_problems(result: TestResult, write: Any) -> None:
    own = fields_of(result)
    for title, kept in (("ERROR", "errors"), ("FAIL", "failures")):
        for case, text in own[kept]:
            doc = doc_of(case)
            write(f"{_WIDE}{title}: {case}\n" + (f"{doc}\n" if doc else "") + f"{_THIN}{text}\n")
    if own["unexpectedSuccesses"]:
        write(_WIDE + "".join([f"UNEXPECTED SUCCESS: {case}\n" for case in own["unexpectedSuccesses"]]))


def _write_end(result: TestResult, write: Any, seconds: float) -> None:
    own = fields_of(result)
    run, passed = own["testsRun"], result.wasSuccessful()
    write(f"{_THIN}Ran {run} test{'s' * (run != 1)} in {seconds:.3f}s\n\n")
    counts = [
        f"{title}={len(own[kept])}"
        for title, kept in (
            ("failures", "failures"), ("errors", "errors"), ("skipped", "skipped"),
            ("expected failures", "expectedFailures"), ("unexpected successes", "unexpectedSuccesses"),
        )
        if own[kept] and (kept not in ("failures", "errors") or not passed)
    ]  # fmt: skip
    said = "FAILED" if not passed else "OK" if run or own["skipped"] or sys.version_info < (3, 12) else "NO TESTS RAN"
    write(said + (f" ({', '.join(counts)})" if counts else "") + "\n")


_table = namespace("unittest")
_table |= {
    "TestSuite": TestSuite, "TestLoader": TestLoader, "TestResult": TestResult, "TextTestResult": TextTestResult,
    "TextTestRunner": TextTestRunner, "defaultTestLoader": TestLoader(),
}  # fmt: skip
