"""Runs tests for scripts/mutate: ``python _mutant_tests.py FOLDER``, a request a line, an answer a line.

    {"record": "tests/test_nn.py", "into": PATH}       which lines of the package each test of the file runs, as JSON
    {"run": [["tests/test_nn.py", {TEST: LIMIT}]]}     these tests, in this order, until one fails
                                                       (LIMIT: seconds; {} for all tests of the file)

This process has imported what tests import, but nothing of the package. Each request is done by a fork of it: so the
package is imported as it stands in FOLDER now, nothing of one mutant is left for the next, and none waits for NumPy.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", AUTOGRADCLI_TEST_SECONDS="0", CI="1")

import hypothesis  # noqa: F401
import numpy as np  # noqa: F401
import pytest
import scipy.linalg
import scipy.special  # noqa: F401

#: A mutant may ask for all the memory there is.
MEMORY = 8 << 30
#: Seconds for one test of which nothing is known.
LIMIT = 60.0
OPTIONS = ["-o", "addopts=", "-p", "no:xdist", "-p", "no:cacheprovider", "-q", "--no-header", "--tb=no"]
OPTIONS += ["-W", "ignore::SyntaxWarning", "-W", "ignore::pytest.PytestAssertRewriteWarning"]


class Runner:
    """What pytest asks while it runs a file's tests: which of them, in which order, how long; and what it tells."""

    more: Sequence[str] = ["-x"]

    def __init__(self, log: Any, left_out: str) -> None:
        self.log = log
        self.limits: dict[str, float] = {}
        self.left_out = left_out
        self.failed = ""

    def say(self, **what: Any) -> None:
        self.log.write(json.dumps(what) + "\n")
        self.log.flush()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if not any(word in item.nodeid for word in self.left_out.split())]
        if self.limits:
            order = {test: k for k, test in enumerate(self.limits)}
            items[:] = sorted((item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid])

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self.say(at=item.nodeid)
        faulthandler.dump_traceback_later(self.limits.get(item.nodeid, LIMIT), exit=True, file=sys.__stderr__)
        try:
            return (yield)
        finally:
            faulthandler.cancel_dump_traceback_later()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def tests(self, file: str, limits: dict[str, float]) -> int:
        self.limits = limits
        return int(pytest.main([*OPTIONS, *self.more, file], plugins=[self]))


class Recorder(Runner):
    """Notes how long each test takes, and has coverage know which one it is."""

    more = ()

    def __init__(self, log: Any, left_out: str, cover: Any) -> None:
        super().__init__(log, left_out)
        self.cover = cover
        self.seconds: dict[str, float] = {}
        self.unfit: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self.say(at=item.nodeid)
        self.cover.switch_context(item.nodeid)
        began = time.perf_counter()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = time.perf_counter() - began
            self.cover.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        super().pytest_runtest_logreport(report)
        if report.failed:
            self.unfit.add(report.nodeid)


def record(log: Any, request: dict[str, Any], folder: Path) -> None:
    """The file's tests with how long each took and, a file of the package, the lines that it ran. A test that fails
    isn't among them; the others are."""
    import coverage

    cover = coverage.Coverage(data_file=None, source=[str(folder / "autogradcli")], config_file=False)
    cover.start()
    began = time.perf_counter()
    recorder = Recorder(log, request["left_out"], cover)
    code = recorder.tests(request["record"], {})
    whole = time.perf_counter() - began
    cover.stop()
    tests: dict[str, Any] = {
        test: {"seconds": s, "lines": {}} for test, s in recorder.seconds.items() if test not in recorder.unfit
    }
    data = cover.get_data()
    for path in data.measured_files():
        name = Path(path).relative_to(folder).as_posix()
        for line, contexts in data.contexts_by_lineno(path).items():
            for context in contexts:
                if context in tests:
                    tests[context]["lines"].setdefault(name, []).append(line)
    start = whole - sum(recorder.seconds.values())
    Path(request["into"]).write_text(json.dumps({"start": start, "tests": tests}), encoding="utf-8")
    recorder.say(end=code, failed=recorder.failed)


def run(log: Any, request: dict[str, Any]) -> None:
    runner = Runner(log, request["left_out"])
    for file, limits in request["run"]:
        code = runner.tests(file, limits)
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            return runner.say(end=code, failed=runner.failed or file)
    runner.say(end=0, failed="")


def forked(request: dict[str, Any], folder: Path, log: Path) -> dict[str, Any]:
    """What became of a request, done by a process of its own, of which nothing stays."""
    log.write_text("")
    began = time.monotonic()
    child = os.fork()
    if not child:
        try:
            os.setsid()
            void = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(void, stream)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            sys.dont_write_bytecode = "record" not in request
            with log.open("a", encoding="utf-8") as said:
                record(said, request, folder) if "record" in request else run(said, request)
            os._exit(0)
        except BaseException:
            with log.open("a", encoding="utf-8") as said:
                print(json.dumps({"error": traceback.format_exc()}), file=said)
        finally:
            os._exit(3)
    until = began + request["within"]
    while not (ended := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < until:
        time.sleep(0.01)
    try:
        os.killpg(child, signal.SIGKILL)  # with what the tests started
    except (ProcessLookupError, PermissionError):
        pass
    if not ended[0]:
        os.waitpid(child, 0)
    told = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    seconds = time.monotonic() - began
    at = next((line["at"] for line in reversed(told) if "at" in line), "")
    if told and "end" in told[-1]:
        end = told[-1]
        return {"what": "failed" if end["end"] else "passed", "test": end["failed"], "seconds": seconds}
    if not ended[0]:
        return {"what": "late", "test": at, "seconds": seconds}
    for line in told:
        if "error" in line:
            print(line["error"], file=sys.stderr)
    how = "timeout" if os.waitstatus_to_exitcode(ended[1]) == 1 else "crashed"
    return {"what": how, "test": at, "seconds": seconds}


def main() -> None:
    folder = Path(sys.argv[1])
    os.chdir(folder)
    os.environ["PYTHONPATH"] = str(folder)
    sys.path.insert(0, str(folder))
    for line in sys.stdin:
        print(json.dumps(forked(json.loads(line), folder, folder / ".mutant-log")), flush=True)


if __name__ == "__main__":
    main()
