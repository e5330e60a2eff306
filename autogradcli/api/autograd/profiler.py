"""``torch.profiler``: how often each operation ran within a context, and how long that took.

What is measured is the engine's own work: an operation's kernel and the recording of it, on this machine's clock. The
names are those of the operations as they are declared here. A backward pass is not taken apart: it runs on arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

from ...engine.callbacks import callee
from ...engine.modes import ContextMode
from ...engine.state import state
from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace

#: Operations and blocks of a program that one context keeps: beyond, it says so.
MOST_NAMES = 10_000


@shown_as("torch.autograd.profiler_util.FunctionEventAvg")
class Average:
    """One name: how often it ran, and for how long in all and without what ran within."""

    __slots__ = ("count", "key", "own", "total")

    def __init__(self, key: str) -> None:
        self.key, self.count, self.total, self.own = key, 0, 0, 0


for _name, _get, _doc in (
    ("key", lambda a: a.key, "The name of the operation."),
    ("name", lambda a: a.key, "The name of the operation."),
    ("count", lambda a: a.count, "How often it ran."),
    ("cpu_time_total", lambda a: a.total / 1000, "Microseconds in all."),
    ("self_cpu_time_total", lambda a: a.own / 1000, "Microseconds in all, without what ran within."),
    ("cpu_time", lambda a: a.total / 1000 / max(a.count, 1), "Microseconds each time."),
):
    attributes_of(Average)[_name] = Property(_get, doc=_doc)


def _time(nanoseconds: float) -> str:
    microseconds = nanoseconds / 1000
    if microseconds >= 1e6:
        return f"{microseconds / 1e6:.3f}s"
    return f"{microseconds / 1000:.3f}ms" if microseconds >= 1000 else f"{microseconds:.3f}us"


@shown_as("torch.autograd.profiler_util.EventList")
class Averages(list[Average]):
    """What ``key_averages()`` gives: a list with a table."""

    def table(self, sort_by: Any = None, row_limit: Any = 100, **options: Any) -> str:
        """The names as a table, sorted where asked to."""
        orders: dict[str, Callable[[Average], Any]] = {
            "cpu_time": lambda a: a.total / max(a.count, 1), "cpu_time_total": lambda a: a.total,
            "self_cpu_time_total": lambda a: a.own, "count": lambda a: a.count,
        }  # fmt: skip
        rows: list[Average] = list(self)
        if sort_by is not None:
            if sort_by not in orders:
                raise AttributeError(f"there is no such column: {sort_by!r}; sort by one of {', '.join(orders)}")
            rows.sort(key=orders[sort_by], reverse=True)
        if isinstance(row_limit, int) and row_limit >= 0:
            rows = rows[:row_limit]
        whole = sum(a.own for a in self) or 1
        titles = ("Name", "Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg", "# of Calls")
        lines = [
            (a.key[:100], f"{100 * a.own / whole:.2f}%", _time(a.own), f"{100 * a.total / whole:.2f}%", _time(a.total),
             _time(a.total / max(a.count, 1)), str(a.count))
            for a in rows
        ]  # fmt: skip
        widths = [max(len(line[k]) for line in (titles, *lines)) for k in range(len(titles))]
        rule = "  ".join("-" * width for width in widths)
        shown = ["  ".join(part.rjust(width) for part, width in zip(line, widths)) for line in (titles, *lines)]
        body = "\n".join([rule, shown[0], rule, *shown[1:], rule])
        return f"{body}\nSelf CPU time total: {_time(whole if self else 0)}\n"

    def __str__(self) -> str:
        return self.table()


attributes_of(Averages)["table"] = Method(Averages.table, "The names as a table, sorted where asked to.")
attributes_of(Averages)["self_cpu_time_total"] = Property(
    lambda averages: sum(a.own for a in averages) / 1000, doc="Microseconds in all, without what ran within."
)


@shown_as("torch.profiler.profiler.profile")
class Profile(ContextMode):
    """Within it each operation is timed."""

    __slots__ = ("averages", "enabled", "handler", "previous", "within")

    title = "torch.profiler.profiler.profile"
    averages: dict[str, Average]

    def __init__(self, enabled: bool = True, handler: Any = None) -> None:
        self.enabled, self.handler = enabled, handler
        self.averages = {}
        self.within: list[int] = []
        self.previous: Any = None

    def __enter__(self) -> Profile:
        if self.enabled:
            self.previous, state.profiler = state.profiler, self
            state.refresh()
        return self

    def __exit__(self, *problem: object) -> None:
        if self.enabled:
            state.profiler = self.previous
            state.refresh()
            if self.handler is not None and problem[:1] in ((), (None,)):
                self.handler(self)

    def timed(self, record: Callable[..., Any], op: Any, args: tuple[Any, ...]) -> Any:
        """Run an operation, and write down how long it took."""
        self.begin()
        state.profiler, began = None, perf_counter_ns()
        try:
            return record(op, args)
        finally:
            state.profiler = self
            self.end(op.name, perf_counter_ns() - began)

    def begin(self) -> None:
        """Something begins, within which others may run."""
        self.within.append(0)

    def end(self, name: str, took: int) -> None:
        """It took so many nanoseconds."""
        inner = self.within.pop()
        if self.within:
            self.within[-1] += took
        average = self.averages.get(name)
        if average is None:
            if len(self.averages) >= MOST_NAMES:
                raise MemoryError(f"more than {MOST_NAMES} names in one profile")
            average = self.averages[name] = Average(name)
        average.count += 1
        average.total += took
        average.own += took - inner

    def key_averages(self, group_by_input_shape: Any = False, group_by_stack_n: Any = 0) -> Averages:
        """Each name with its count and its times."""
        return Averages(self.averages.values())


@shown_as("torch.autograd.profiler.record_function")
class RecordFunction(ContextMode):
    """A part of a program under a name of its own in the profile."""

    __slots__ = ("began", "name", "profiler")

    title = "torch.autograd.profiler.record_function"

    def __init__(self, name: str) -> None:
        self.name = name
        self.began = 0
        self.profiler: Any = None

    def fresh(self) -> RecordFunction:
        return RecordFunction(self.name)

    def __enter__(self) -> RecordFunction:
        self.profiler = state.profiler
        if self.profiler is not None:
            self.profiler.begin()
        self.began = perf_counter_ns()
        return self

    def __exit__(self, *problem: object) -> None:
        if self.profiler is not None:
            self.profiler.end(self.name, perf_counter_ns() - self.began)


_table = attributes_of(Profile)
_table["key_averages"] = Method(Profile.key_averages, "Each operation with how often it ran and how long.")
_table["step"] = Method(lambda profile: None, "The next round of a loop; all rounds are counted here.")
_table["start"] = Method(lambda profile: (profile.__enter__(), None)[1], "Begin to time.")
_table["stop"] = Method(lambda profile: profile.__exit__(), "End the timing.")
_table["table"] = Method(
    lambda profile, **options: profile.key_averages().table(**options), "Each operation with its times, as a table."
)
_table["function_events"] = Property(Profile.key_averages)
_table["events"] = Method(Profile.key_averages, "Each operation with how often it ran and how long.")
_table["self_cpu_time_total"] = Property(
    lambda profile: sum(a.own for a in profile.averages.values()) / 1000, doc="Microseconds in all."
)


def _no_file(profile: Any, *args: Any) -> None:
    raise NotImplementedError("export_chrome_trace() isn't here: programs write no files; print key_averages().table()")


_table["export_chrome_trace"] = Method(_no_file, "Not here: programs write no files.")
attributes_of(RecordFunction)["name"] = Property(lambda block: block.name, doc="The name in the profile.")


def profile(
    *,
    activities: Value = None,
    schedule: Value = None,
    on_trace_ready: Value = None,
    record_shapes: bool = False,
    profile_memory: bool = False,
    with_stack: bool = False,
    with_flops: bool = False,
    with_modules: bool = False,
) -> Profile:
    """A context that times each operation within it. What else PyTorch would write down is not."""
    return Profile(True, None if on_trace_ready is None else callee(on_trace_ready))


def _older(
    enabled: bool = True,
    use_cuda: bool = False,
    record_shapes: bool = False,
    with_flops: bool = False,
    profile_memory: bool = False,
    with_stack: bool = False,
    with_modules: bool = False,
    use_kineto: bool = True,
) -> Profile:
    """A context that times each operation within it."""
    return Profile(bool(enabled))


def record_function(name: str, args: str | None = None) -> RecordFunction:
    """A context or decorator: the part of a program within it has a name of its own in the profile."""
    return RecordFunction(name)


def schedule(
    *, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0, skip_first_wait: int = 0
) -> None:
    """Which rounds of a loop to time: all are, here."""


def _register() -> None:
    tables: list[tuple[str, dict[str, Any]]] = [
        ("torch.profiler", {"profile": profile, "record_function": record_function, "schedule": schedule}),
        ("torch.autograd.profiler", {"profile": renamed(_older, "profile"), "record_function": record_function}),
    ]
    for home, functions in tables:
        for name, function in functions.items():
            namespace(home)[name] = PythonFunction(name, function, home)
    for name in ("CPU", "CUDA"):
        namespace("torch.profiler.ProfilerActivity")[name] = f"ProfilerActivity.{name}"


_register()
