"""The engine's one mutable state: what the current modes are.

A recorded operation asks two questions of it, ``special`` and ``grad``, so both are plain slots. Everything
that an operation's straight-line code doesn't know (forward-mode duals, saved-tensor hooks, inference mode,
tracing) sets ``special``, and the operation takes the general path in ``record.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import Any

from ..numerics import dtypes
from ..numerics.limits import run


class Tape(list[Any]):
    """Who traces: of each operation it is told what it is, its arguments and its results, in that order."""

    __slots__ = ()

    def hooked(self, key: int) -> None:
        """A hook was registered."""

    def module_began(self, module: Any) -> None:
        """A module is being called."""

    def module_ended(self) -> None:
        """The call of a module that began last is over."""

    def left(self, way: str, source: Any, made: Any) -> None:
        """The values of a tensor left its history by ``way`` (``detach()``, ``.item()``): as another tensor, a number,
        a list of them."""

    def began(self, roots: Sequence[tuple[Any, Any]]) -> None:
        """A backward pass begins, from these edges and gradients."""

    def arrived(self, sink: Any, gradient: Any) -> None:
        """A gradient is about to be added to that of a leaf."""

    def stored(self, tensor: Any, gradient: Any) -> None:
        """A gradient, or None, was put into ``.grad``."""

    def applying(self, args: tuple[Any, ...]) -> Any:
        """A program's own Function is about to run on ``args``. What this gives is handed back to ``applied``."""

    def applied(self, definition: Any, given: Any, outputs: tuple[Any, ...]) -> None:
        """It ran: a ``Definition`` of ``engine/custom.py``, and what came out."""


def _no_line(traceback: Any) -> int:
    return 0


class State:
    __slots__ = (
        "alone",
        "anomaly",
        "anomaly_check_nan",
        "asks",
        "autocast",
        "creation_hooks",
        "deferred",
        "draw",
        "dual_level",
        "file",
        "files",
        "flags",
        "function_modes",
        "grad",
        "hooks_refusal",
        "in_rule",
        "inference",
        "invalid_views",
        "large",
        "levels",
        "line_of",
        "lines",
        "lists_ask",
        "meet_large",
        "meta",
        "module_hooks",
        "multithreading",
        "overwritten",
        "own_memory",
        "pack_hooks",
        "plots",
        "profiler",
        "push_tangents",
        "rebound",
        "running_node",
        "special",
        "tape",
        "telling",
        "unread_views",
        "validates",
        "warn",
        "watch",
        "where",
    )

    creation_hooks: list[Callable[[Any], Any]]  # called with each node that is made
    telling: bool  # one of these is running
    draw: Callable[[Any, str], None]  # figures that are to be shown, or to be written into a file of that name
    file: str  # what the program that runs is called
    files: Any  # where torch.save puts what it is given; None before the first
    grad: bool
    special: bool
    alone: bool  # levels of torch.func are all that is special
    in_rule: bool  # a derivative rule runs on tensors: a number is a number there, not a wrapped tensor
    inference: bool
    invalid_views: bool  # there is (or was, in this session) a view that must not be used any more
    unread_views: bool  # there is (or was) a view with a history that nobody has asked for yet
    anomaly: bool
    anomaly_check_nan: bool
    asks: bool  # functions ask the objects whose class says what to do with them
    autocast: Any  # the dtype that products get under torch.autocast; None outside
    deferred: int  # how many values there are that aren't computed yet
    dual_level: int
    function_modes: list[Any]  # a program's own modes that see each call of a function, the innermost last
    flags: dict[str, Any]  # what a program set and nothing here goes by: torch.backends.cudnn.benchmark, threads
    hooks_refusal: str | None
    large: bool  # there was a tensor, in this process, that is large enough to be computed in blocks
    levels: list[Any]
    module_hooks: dict[str, dict[int, Any]]  # hooks of all modules, by kind; empty where there is none
    multithreading: bool  # what a program asked for, which changes nothing
    line_of: Callable[[Any], int]  # the program's line of the outermost call of a traceback
    lists_ask: Callable[[Any], bool] | None  # whether tensors of a program's class are in a list; None before the first
    lines: Callable[[], str]  # the lines of the program that run, as a traceback has them, the innermost last
    meet_large: Callable[[], None]  # for whoever makes the first such tensor
    meta: bool  # there is (or was, in this session) a tensor of the meta device
    overwritten: Any  # while saved-tensor hooks are set: the operand that the operation under way will overwrite
    own_memory: bool  # what is being changed in place is the engine's own, or was asked for already
    rebound: bool  # a tensor was given the memory of another, and nothing tells which
    pack_hooks: list[tuple[Callable[[Any], Any], Callable[[Any], Any]]]
    tape: Tape | None
    profiler: Any  # what times each operation, in a context of torch.profiler
    running_node: Any
    validates: bool  # whether distributions check their parameters and values
    warn: Callable[[str, str], None]
    plots: Any  # the session's figures; None before the first
    push_tangents: Callable[[Any, Any, Any], None]  # (op, args, results): what forward.py does after an operation
    watch: Callable[[Iterable[Any], int], None] | None  # who is told of passes: of their leaves and newest node
    where: Callable[[], int]  # the line of the program that runs; 0 where nobody knows

    def warn_once(self, category: str, message: str) -> None:
        """What PyTorch tells once, however many lines lead to it."""
        key = f"told: {message}"
        if key not in self.flags:
            self.flags[key] = True
            self.warn(category, message)

    def __init__(self) -> None:
        self.warn = _drop
        self.where = int
        self.line_of = _no_line
        self.lines = str
        self.draw = _drop
        self.plots = None
        self.files = None
        self.file = "<stdin>"
        self.watch = None
        self.function_modes = []
        self.lists_ask = None
        self.push_tangents = _no_tangents
        self.meta = False
        self.large = False
        self.deferred = 0
        self.reset()

    def reset(self) -> None:
        self.asks = True
        self.function_modes.clear()
        self.grad = True
        self.in_rule = False
        self.inference = False
        self.invalid_views = False
        self.unread_views = False
        self.anomaly = False
        self.anomaly_check_nan = True
        self.autocast = None
        self.creation_hooks = []
        self.telling = False
        self.dual_level = 0
        self.flags = {}
        self.hooks_refusal = None  # why saved-tensor hooks may not be set now
        self.levels = []  # of torch.func, the innermost last
        self.module_hooks = {}
        self.multithreading = True
        self.overwritten = None
        self.own_memory = False
        self.pack_hooks = []
        self.profiler = None
        self.tape = None
        self.rebound = False
        self.running_node = None
        self.validates = True
        self.special = self.meta or self.deferred > 0
        self.alone = False

    def refresh(self) -> None:
        """Recompute ``special`` after a mode changed."""
        others = bool(
            self.dual_level
            or self.deferred
            or self.pack_hooks
            or self.creation_hooks
            or self.inference
            or self.invalid_views
            or self.unread_views
            or self.tape is not None
            or self.profiler is not None
            or self.meta
            or self.anomaly
        )
        self.special = others or bool(self.levels)
        self.alone = not others and bool(self.levels)

    def snapshot(self) -> tuple[Any, ...]:
        return (
            self.grad, self.inference, self.anomaly, self.anomaly_check_nan, self.dual_level,
            list(self.pack_hooks), {kind: dict(hooks) for kind, hooks in self.module_hooks.items()}, self.tape,
            self.warn, dtypes.default.dtype, self.invalid_views, self.unread_views, self.meta,
            self.autocast, dict(self.flags), self.profiler, self.validates,
        )  # fmt: skip

    @staticmethod
    def lasting(saved: tuple[Any, ...]) -> tuple[Any, ...]:
        """Of a snapshot what programs set: neither who listens, nor what the engine has to look out for."""
        return (*saved[:7], saved[9])

    def restore(self, saved: tuple[Any, ...]) -> None:
        (
            self.grad, self.inference, self.anomaly, self.anomaly_check_nan, self.dual_level,
            hooks, module_hooks, self.tape, self.warn, default, self.invalid_views, self.unread_views, self.meta,
            self.autocast, flags, self.profiler, self.validates,
        ) = saved  # fmt: skip
        self.asks = True
        self.function_modes.clear()
        self.flags = dict(flags)
        self.pack_hooks = list(hooks)
        self.module_hooks = {k: dict(v) for k, v in module_hooks.items()}
        self.creation_hooks = []
        self.telling = False
        self.in_rule = False
        self.overwritten = None
        self.own_memory = False
        self.running_node = None
        self.hooks_refusal = None
        self.levels = []
        dtypes.default.set(default)
        self.refresh()


def _drop(*told: Any) -> None:
    """Where warnings and figures go until a session listens."""


def _no_tangents(op: Any, args: Any, results: Any) -> None:
    """What follows an operation until forward mode is there: whoever begins a dual level imports it."""
    raise AssertionError("a dual level without forward.py")


state = State()
run.warn = lambda category, message: state.warn(category, message)  # which sessions set

#: Sequence numbers of nodes: creation order is a topological order of every graph.
next_sequence = count().__next__
