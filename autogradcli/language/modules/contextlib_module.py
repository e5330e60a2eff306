"""``contextlib``: contexts made of functions that yield once, and some small ones."""

from __future__ import annotations

from typing import Any

from ...api.calls.program_classes import METHODS, Plain
from ...api.calls.registry import Method, Property, attributes_of, namespace
from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT, Builtin, callable_of
from ..compile.control import entered, left
from ..values.attribute_lookup import ANY, get_attribute
from ..values.budget import UNCATCHABLE, budget, check_items
from ..values.foreign import entering
from ..values.generators import Generator
from ..values.streams import current, redirect
from .abc_module import ABC

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


class _Redirect(_Plain):
    __slots__ = ("before", "target")

    name = "stdout"

    def __init__(self, new_target: Any) -> None:
        self.target = new_target
        self.before: list[Any] = []

    def __enter__(self) -> Any:
        check_items(len(self.before) + 1)
        self.before.append(current(self.name))
        redirect(self.name, self.target)
        return self.target

    def __exit__(self, *problem: object) -> None:
        redirect(self.name, self.before.pop())


@shown_as("contextlib.redirect_stdout")
class redirect_stdout(_Redirect):
    """A context in which what is printed goes into a stream."""

    __slots__ = ()


@shown_as("contextlib.redirect_stderr")
class redirect_stderr(_Redirect):
    """A context in which what goes to stderr goes into a stream."""

    __slots__ = ()

    name = "stderr"


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


@shown_as("contextlib.AbstractContextManager")
class AbstractContextManager(ABC):
    """The base of a class whose objects are contexts: ``__enter__`` gives the object itself."""

    def __enter__(self) -> Any:
        return self


@shown_as("contextlib.ContextDecorator")
class ContextDecorator(Plain):
    """The base of a class whose objects are contexts and decorators: the function runs in the context."""

    def _recreate_cm(self) -> Any:
        return self

    def __call__(self, func: Any) -> Any:
        return InContext(self, func)


@shown_as("function")
class InContext:
    """A function under an object of a class that derives from ``ContextDecorator``."""

    __slots__ = ("__weakref__", "attributes", "context", "function")

    def __init__(self, context: Any, function: Any) -> None:
        callable_of(function)
        self.context, self.function = context, function
        #: What the program set on it.
        self.attributes: dict[str, Any] = {}

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        depth = budget.depth
        leave, _ = entered(self.context)
        try:
            result = callable_of(self.function)(*args, **keywords)
        except UNCATCHABLE:
            raise
        except BaseException as error:
            budget.depth = depth
            if left(leave, error):
                return None
            raise
        leave(None, None, None)
        return result

    def __repr__(self) -> str:
        return repr(self.function)


for _made in (ContextFunction, InContext):
    DIRECT.add(_made)
    METHODS.add(_made)
    attributes_of(_made)["__name__"] = Property(lambda made: get_attribute(made.function, "__name__"))
    attributes_of(_made)["__doc__"] = Property(lambda made: get_attribute(made.function, "__doc__"))
    attributes_of(_made)[ANY] = Property(lambda made: made.attributes)
    attributes_of(_made)["__wrapped__"] = Property(lambda made: made.function)


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
_table |= {"AbstractContextManager": AbstractContextManager, "ContextDecorator": ContextDecorator}
_table |= {"nullcontext": nullcontext, "suppress": suppress, "closing": closing, "ExitStack": ExitStack}
_table |= {"redirect_stdout": redirect_stdout, "redirect_stderr": redirect_stderr}
