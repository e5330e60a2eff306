"""``contextlib``: managers for ``with`` made of generators, of nothing, and of several others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...api.calls.program_classes import METHODS
from ...api.calls.registry import Method, Property, attributes_of, namespace
from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT, callable_of
from ..compile.control import entered
from ..values.attribute_lookup import get_attribute
from ..values.budget import UNCATCHABLE, budget, check_items
from ..values.foreign import entering as known
from ..values.generators import Generator
from .entries import entering


class Manager(ContextMode):
    """A manager of this module: an error that it deals with leaves the depth of calls as it was at the start."""

    __slots__ = ("depth",)

    depth: int

    def __enter__(self) -> Any:
        self.depth = budget.depth
        return self.begin()

    def __exit__(self, *problem: object) -> bool:  # type: ignore[override]
        error = problem[1]
        if isinstance(error, UNCATCHABLE):
            return False
        depth, budget.depth = budget.depth, self.depth
        if self.end(error):
            return True
        budget.depth = depth
        return False

    def begin(self) -> Any:
        """What ``as`` gives."""
        return self

    def end(self, error: Any) -> bool:
        """Leave, with an error or None; whether the error is dealt with."""
        return False


@shown_as("contextlib._GeneratorContextManager")
class OfGenerator(Manager):
    """What a function under ``@contextmanager`` gives: its generator stands at the ``yield`` meanwhile."""

    __slots__ = ("generator", "make")

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make
        self.generator = make()

    def fresh(self) -> OfGenerator:
        return OfGenerator(self.make)

    def begin(self) -> Any:
        try:
            return next(self.generator)
        except StopIteration:
            raise RuntimeError("generator didn't yield") from None

    def end(self, error: Any) -> bool:
        if error is None:
            try:
                next(self.generator)
            except StopIteration:
                return False
            raise RuntimeError("generator didn't stop")
        given = known(error)
        try:
            self.generator.throw(given)
        except StopIteration:
            return True
        except UNCATCHABLE:
            raise
        except BaseException as raised:
            if raised is given:
                return False
            raise
        raise RuntimeError("generator didn't stop after throw()")


@shown_as("function")
class Managers:
    """What ``@contextmanager`` makes of a function; it has the function's name and text."""

    __slots__ = ("__weakref__", "attributes", "call", "function")

    def __init__(self, function: Any, call: Callable[..., Any]) -> None:
        self.function, self.call = function, call
        self.attributes: dict[str, Any] = {}

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.call(*args, **kwargs)

    def __repr__(self) -> str:
        return repr(self.function)


DIRECT.add(Managers)
METHODS.add(Managers)
attributes_of(Managers).update(
    {
        "*": Property(lambda made: made.attributes),
        "__name__": Property(lambda made: get_attribute(made.function, "__name__")),
        "__doc__": Property(lambda made: get_attribute(made.function, "__doc__")),
        "__wrapped__": Property(lambda made: made.function),
    }
)


@entering("contextlib")
def contextmanager(func: Any, /) -> Any:
    """Make of a function with one ``yield`` a manager: what stands before runs first, what stands after at the end."""
    call = callable_of(func)

    def make(*args: Any, **kwargs: Any) -> OfGenerator:
        def begin() -> Any:
            made = call(*args, **kwargs)
            if type(made) is not Generator:
                raise TypeError(f"'{type(made).__name__}' object is not an iterator")
            return made

        return OfGenerator(begin)

    return Managers(func, make)


@shown_as("contextlib.nullcontext")
class Null(Manager):
    """A manager that does nothing."""

    __slots__ = ("result",)

    def __init__(self, enter_result: Any = None) -> None:
        self.result = enter_result

    def begin(self) -> Any:
        return self.result


@shown_as("contextlib.suppress")
class Suppress(Manager):
    """A manager that drops errors of these classes."""

    __slots__ = ("kinds",)

    def __init__(self, *exceptions: Any) -> None:
        if not all(isinstance(kind, type) and issubclass(kind, BaseException) for kind in exceptions):
            raise TypeError("suppress() takes classes of errors")
        self.kinds = exceptions

    def begin(self) -> None:
        return None

    def end(self, error: Any) -> bool:
        return error is not None and isinstance(known(error), self.kinds)


@shown_as("contextlib.closing")
class Closing(Manager):
    """A manager that calls ``close()`` of something at the end."""

    __slots__ = ("thing",)

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def begin(self) -> Any:
        return self.thing

    def end(self, error: Any) -> bool:
        callable_of(get_attribute(self.thing, "close"))()
        return False


@shown_as("contextlib.ExitStack")
class ExitStack(Manager):
    """A manager of as many others as it is given meanwhile, left in the order of the last first."""

    __slots__ = ("leaves",)

    def __init__(self) -> None:
        #: Each takes an error or None, and says whether the error is dealt with.
        self.leaves: list[Callable[[Any], bool]] = []

    def end(self, error: Any) -> bool:
        first, leaves = error, self.leaves
        self.leaves = []
        while leaves:
            leave = leaves.pop()
            try:
                if leave(error):
                    error = None
            except UNCATCHABLE:
                raise
            except BaseException as raised:
                error = raised
        if error is not None and error is not first:
            raise error
        return first is not None and error is None

    def _put(self, leave: Callable[[Any], bool]) -> None:
        check_items(len(self.leaves) + 1)
        self.leaves.append(leave)

    def enter_context(self, cm: Any, /) -> Any:
        """Enter a manager, which is left with this one."""
        if isinstance(cm, ContextMode):
            mode: Any = cm
            value = mode.__enter__()
            self._put(lambda error: bool(mode.__exit__(None if error is None else type(error), error, None)))
            return value
        leave, value = entered(cm)
        self._put(lambda error: bool(leave(None, None, None) if error is None else leave(type(error), error, None)))
        return value

    def callback(self, callback: Any, /, *args: Any, **kwds: Any) -> Any:
        """Call a function with these arguments at the end."""
        call = callable_of(callback)

        def leave(error: Any) -> bool:
            call(*args, **kwds)
            return False

        self._put(leave)
        return callback

    def pop_all(self) -> ExitStack:
        """Another stack with all that this one was given, which forgets it."""
        made = ExitStack()
        made.leaves, self.leaves = self.leaves, []
        return made

    def close(self) -> None:
        """Leave all of it now."""
        self.end(None)


attributes_of(ExitStack).update(
    {
        "enter_context": Method(ExitStack.enter_context),
        "callback": Method(ExitStack.callback),
        "pop_all": Method(ExitStack.pop_all),
        "close": Method(ExitStack.close),
    }
)
_table = namespace("contextlib")
for _name, _kind in (
    ("nullcontext", Null), ("suppress", Suppress), ("closing", Closing), ("ExitStack", ExitStack),
):  # fmt: skip
    _table[_name] = _kind
