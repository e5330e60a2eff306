"""``warnings``: warnings of the program's own, and which are shown."""

from __future__ import annotations

from typing import Any

from ...api.calls.registry import Property, attributes_of, namespace
from ...engine.modes import ContextMode
from ...engine.state import state
from ...numerics.naming import shown_as
from ..compile.calls import Builtin
from ..values.text_format import to_str
from .entries import entering


def _nowhere(category: str, message: str) -> None:
    """Where warnings go that a program does not want to see."""


@entering("warnings")
def warn(message: Any, category: Any = None, stacklevel: Any = 1, source: Any = None) -> None:
    """Show a warning."""
    if isinstance(message, Warning):
        category, message = type(message), str(message)
    kind = UserWarning if category is None else category
    if not (isinstance(kind, type) and issubclass(kind, Warning)):
        raise TypeError(f"category must be a Warning subclass, not '{type(kind).__name__}'")
    _Shown.kind = kind
    try:
        state.warn(kind.__name__, to_str(message))
    finally:
        _Shown.kind = None


class _Shown:
    """Where warnings went before a program turned them off, and the class of the one that it gives just now."""

    before: Any = None
    kind: Any = None


def _set(action: Any) -> None:
    if action not in ("default", "error", "ignore", "always", "module", "once"):
        raise ValueError(f"invalid action: {action!r}")
    if action == "ignore":
        if state.warn is not _nowhere:
            _Shown.before, state.warn = state.warn, _nowhere
    elif state.warn is _nowhere and _Shown.before is not None:
        state.warn = _Shown.before


@entering("warnings")
def simplefilter(action: Any, category: Any = None, lineno: Any = 0, append: Any = False) -> None:
    """``"ignore"``: warnings are not shown from here on; any other action: they are."""
    _set(action)


@entering("warnings")
def filterwarnings(
    action: Any, message: Any = "", category: Any = None, module: Any = "", lineno: Any = 0, append: Any = False
) -> None:
    """As ``simplefilter``, for all warnings. Raises NotImplementedError for a choice among them."""
    if message and action == "ignore":
        raise NotImplementedError("filterwarnings() by message isn't here: warnings are ignored all or not at all")
    _set(action)


@entering("warnings")
def resetwarnings() -> None:
    """Show warnings again."""
    _set("default")


#: Python's own classes of warnings by name.
_OWN = {
    kind.__name__: kind
    for kind in (
        Warning, UserWarning, DeprecationWarning, FutureWarning, RuntimeWarning, PendingDeprecationWarning,
        ResourceWarning, SyntaxWarning, ImportWarning, UnicodeWarning,
    )
}  # fmt: skip


@shown_as("warnings.WarningMessage")
class Recorded:
    """A warning that ``catch_warnings(record=True)`` kept."""

    __slots__ = ("category", "message")

    def __init__(self, category: str, message: str) -> None:
        self.category = _Shown.kind or _OWN.get(category, Warning)
        self.message = self.category(message)


attributes_of(Recorded)["message"] = Property(lambda recorded: recorded.message)
attributes_of(Recorded)["category"] = Property(lambda recorded: recorded.category)


@shown_as("warnings.catch_warnings")
class catch_warnings(ContextMode):
    """Within it, what is shown may be changed; with ``record`` warnings are kept in a list and not shown."""

    def __init__(self, *, record: Any = False, action: Any = None) -> None:
        self._record, self._action = bool(record), action

    def __enter__(self) -> Any:
        self._before = state.warn
        if self._record:
            kept: list[Recorded] = []
            state.warn = lambda category, message: kept.append(Recorded(category, message))
            return kept
        if self._action is not None:
            _set(self._action)
        return None

    def __exit__(self, *problem: object) -> None:
        state.warn = self._before


namespace("warnings")["catch_warnings"] = Builtin("catch_warnings", catch_warnings)
