"""``contextlib``: contexts made of functions that yield once, and some small ones."""

from __future__ import annotations

from typing import Any

from ...api.calls.program_classes import METHODS
from ...api.calls.registry import Method, Property, attributes_of, namespace
from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT, Builtin, callable_of
from ..compile.control import entered, left
from ..values.attribute_lookup import ANY, get_attribute
from ..values.budget import UNCATCHABLE, budget, check_items
from ..values.foreign import entering
from ..values.generators import Generator

_table = namespace("contextlib")


@shown_as("contextlib._GeneratorContextManager")
class GeneratorContext(ContextMode):
    """A call of a function under ``@contextmanager``: what stands before its ``yield`` runs at the beginning of the
    ``with``, the rest at its end, with the error of the body raised at the ``yield``."""

    __slots__ = ("args", "depth", "function", "keywords", "steps")

    def __init__(self, function: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        self.function, self.args, self.keywords = function, args, keywords
        steps = callable_of(function)(*args, **keywords)
        if type(steps) is not Generator:
            raise TypeError(f"'{type(steps).__name__}' object is not an iterator")
        self.steps: Generator = steps
        self.depth = 0

    def fresh(self) -> GeneratorContext:
        """Anew, for each call of a function that it decorates."""
        return GeneratorContext(self.function, self.args, self.keywords)

    def __enter__(self) -> Any:
        self.depth = budget.depth
        try:
            return next(self.steps)
        except StopIteration:
            raise RuntimeError("generator didn't yield") from None

    def __exit__(self, *problem: object) -> Any:
        error = problem[1]
        if error is None:
            try:
                next(self.steps)
            except StopIteration:
                return False
            raise RuntimeError("generator didn't stop")
        if isinstance(error, UNCATCHABLE) or not isinstance(error, BaseException):
            return False
        budget.depth = self.depth
        return self._thrown(entering(error))

    def _thrown(self, error: BaseException) -> bool:
        """Whether the function deals with an error. What it raises in its place is raised."""
        try:
            self.steps.throw(error)
        except StopIteration as end:
            return end is not error
        except RuntimeError as other:
            if other is error or (isinstance(error, StopIteration) and other.__cause__ is error):
                return False
            raise
        except BaseException as other:
            if other is error:
                return False
            raise
        raise RuntimeError("generator didn't stop after throw()")


@shown_as("function")
class ContextFunction:
    """A function under ``@contextmanager``."""

    __slots__ = ("__weakref__", "attributes", "function")

    def __init__(self, function: Any) -> None:
        callable_of(function)
        self.function = function
        #: What the program set on it.
        self.attributes: dict[str, Any] = {}

    def __call__(self, *args: Any, **keywords: Any) -> GeneratorContext:
        return GeneratorContext(self.function, args, keywords)

    def __repr__(self) -> str:
        return repr(self.function)


DIRECT.add(ContextFunction)
METHODS.add(ContextFunction)
attributes_of(ContextFunction)["__name__"] = Property(lambda made: get_attribute(made.function, "__name__"))
attributes_of(ContextFunction)["__doc__"] = Property(lambda made: get_attribute(made.function, "__doc__"))
attributes_of(ContextFunction)[ANY] = Property(lambda made: made.attributes)
attributes_of(ContextFunction)["__wrapped__"] = Property(lambda made: made.function)
_table["contextmanager"] = Builtin("contextmanager", ContextFunction)


class _Plain(ContextMode):
    __slots__ = ()

    def __call__(self, function: Any) -> Any:
        raise TypeError(f"'{type(self).__name__}' object is not callable")


@shown_as("contextlib.nullcontext")
class nullcontext(_Plain):
    """A context that does nothing; ``with`` gives what it was made with."""

    __slots__ = ("enter_result",)

    def __init__(self, enter_result: Any = None) -> None:
        self.enter_result = enter_result

    def __enter__(self) -> Any:
        return self.enter_result

    def __exit__(self, *problem: object) -> None:
        return


@shown_as("contextlib.suppress")
class suppress(_Plain):
    """A context that ends quietly with errors of these classes."""

    __slots__ = ("depth", "kinds")

    def __init__(self, *exceptions: Any) -> None:
        self.kinds, self.depth = exceptions, 0

    def __enter__(self) -> None:
        self.depth = budget.depth

    def __exit__(self, *problem: object) -> Any:
        error = problem[1]
        if not isinstance(error, BaseException) or isinstance(error, UNCATCHABLE):
            return False
        budget.depth = self.depth
        if not all(isinstance(kind, type) for kind in self.kinds):
            raise TypeError("issubclass() arg 2 must be a class, a tuple of classes, or a union")
        return isinstance(error, self.kinds)


@shown_as("contextlib.closing")
class closing(_Plain):
    """A context that calls ``close()`` of a value at its end."""

    __slots__ = ("thing",)

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def __enter__(self) -> Any:
        return self.thing

    def __exit__(self, *problem: object) -> None:
        if not isinstance(problem[1], UNCATCHABLE):
            callable_of(get_attribute(self.thing, "close"))()


@shown_as("contextlib.ExitStack")
class ExitStack(_Plain):
    """Contexts entered one by one, and functions: left and called at the end, the last first."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left: list[Any] = []

    def __enter__(self) -> ExitStack:
        return self

    def enter_context(self, cm: Any) -> Any:
        """Enter a context until the stack is left; what ``with`` gives."""
        check_items(len(self.left) + 1)
        if isinstance(cm, ContextMode):
            value = cm.__enter__()
            self.left.append(lambda error: cm.__exit__(type(error) if error is not None else None, error, None))
            return value
        leave, value = entered(cm)
        self.left.append(lambda error: leave(None, None, None) if error is None else left(leave, error))
        return value

    def callback(self, callback: Any, /, *args: Any, **kwds: Any) -> Any:
        """Call a function at the end."""
        call = callable_of(callback)
        check_items(len(self.left) + 1)

        def last(error: Any) -> bool:
            call(*args, **kwds)
            return False

        self.left.append(last)
        return callback

    def pop_all(self) -> ExitStack:
        """Another stack with all that this one was given, which forgets it."""
        other = ExitStack()
        other.left, self.left = self.left, []
        return other

    def __exit__(self, *problem: object) -> Any:
        """Leave all. An error in leaving one takes the place of the error before."""
        error: BaseException | None = problem[1] if isinstance(problem[1], BaseException) else None
        first = error
        if isinstance(error, UNCATCHABLE):
            self.left.clear()
            return False
        while self.left:
            try:
                if self.left.pop()(error):
                    error = None
            except UNCATCHABLE:
                raise
            except BaseException as other:
                error = other
        if error is not None and error is not first:
            raise error
        return first is not None and error is None


attributes_of(ExitStack)["enter_context"] = Method(ExitStack.enter_context)
attributes_of(ExitStack)["callback"] = Method(ExitStack.callback)
attributes_of(ExitStack)["pop_all"] = Method(ExitStack.pop_all)
attributes_of(ExitStack)["close"] = Method(lambda stack: stack.__exit__(None, None, None))
attributes_of(nullcontext)["enter_result"] = Property(lambda context: context.enter_result)
_table |= {"nullcontext": nullcontext, "suppress": suppress, "closing": closing, "ExitStack": ExitStack}
