"""``torch.distributions.constraints``: what a parameter, or a value, must be, with a check and a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ...engine.callbacks import callee
from ...engine.tensor import Tensor
from ...numerics.limits import counted, shown
from ..calls.argument_types import Value, type_name
from ..calls.class_fields import REQUIRED, Fields, bound
from ..calls.program_classes import Kind, Object
from ..calls.python_function import PythonFunction
from ..calls.registry import namespace
from ..nn.functions_by_attribute import L, M, T
from .arguments import held, held_list

_HOME = "torch.distributions.constraints"


class Constraint(Object):
    """The base of all constraints: ``check(value)`` says of each event whether it satisfies the constraint."""

    __module__ = _HOME

    is_discrete: Any = False
    event_dim: Any = 0

    def check(self, value: Any) -> Any:
        """Whether each event of a tensor satisfies it."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return type(self).__name__.removeprefix("_") + "()"


def check_tensor(value: Any) -> Any:
    """Raises TypeError for what is no tensor."""
    if not isinstance(value, Tensor):
        raise TypeError(f"check(): argument 'value' (position 1) must be Tensor, not {type_name(value)}")
    return value


def _all_of_last(valid: Any) -> Any:
    return M.all(valid, -1)


def _whole(value: Any) -> Any:
    return value % 1 == 0


class _Bounded(Constraint):
    """A constraint of one or two bounds, each a number or a tensor."""

    __module__ = _HOME

    fields: ClassVar[Fields] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__.update(bound(type(self), args, kwargs))

    def __repr__(self) -> str:
        bounds = ", ".join(
            f"{name}={value if isinstance(value, Tensor) else shown(value)}" for name, value in self.__dict__.items()
        )
        return f"{type(self).__name__.removeprefix('_')}({bounds})"


def _simple(
    name: str, check: Callable[[Any], Any], doc: str, is_discrete: bool = False, event_dim: int = 0, base: Any = None
) -> Any:
    """A constraint without parameters: the one object of its class."""

    def checked(self: Any, value: Any) -> Any:
        return check(check_tensor(value))

    checked.__name__, checked.__qualname__ = "check", f"{name}.check"
    checked.__doc__ = "Whether each event of a tensor satisfies it."
    names = {"__module__": _HOME, "__doc__": doc, "check": checked, "is_discrete": is_discrete, "event_dim": event_dim}
    return Kind(f"_{name}", (base or Constraint,), names)()


def _of_bounds(name: str, bounds: str, check: Callable[..., Any], doc: str, is_discrete: bool = False) -> Any:
    """A class of constraints with bounds."""
    given = dict.fromkeys(bounds.split(), REQUIRED)

    def checked(self: Any, value: Any) -> Any:
        return check(check_tensor(value), *[self.__dict__[field] for field in given])

    checked.__name__, checked.__qualname__ = "check", f"_{name}.check"
    checked.__doc__ = "Whether each event of a tensor satisfies it."
    names = {"__module__": _HOME, "__doc__": doc, "check": checked, "is_discrete": is_discrete, "fields": given}
    return Kind(f"_{name}", (_Bounded,), names)


class _Multinomial(Constraint):
    """Counts whose sum is at most ``upper_bound``."""

    __module__ = _HOME

    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound

    def check(self, value: Any) -> Any:
        """Whether each event of a tensor satisfies it."""
        return _all_of_last(check_tensor(value) >= 0) & (M.sum(value, -1) <= self.upper_bound)


class _IndependentConstraint(Constraint):
    """A constraint of which all of the last dimensions are one event."""

    __module__ = _HOME

    (base_constraint,) = held(Constraint, "base_constraint")
    (reinterpreted_batch_ndims,) = held(int, "reinterpreted_batch_ndims")

    def __init__(self, base_constraint: Any, reinterpreted_batch_ndims: int) -> None:
        if not isinstance(base_constraint, Constraint):
            raise AssertionError(f"base_constraint must be a Constraint, got {type_name(base_constraint)}")
        if not isinstance(reinterpreted_batch_ndims, int):
            raise AssertionError(
                f"reinterpreted_batch_ndims must be an int, got {type_name(reinterpreted_batch_ndims)}"
            )
        if reinterpreted_batch_ndims < 0:
            raise AssertionError(f"reinterpreted_batch_ndims must be >= 0, got {reinterpreted_batch_ndims}")
        self.base_constraint = base_constraint
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    @property
    def is_discrete(self) -> Any:
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> Any:
        return self.base_constraint.event_dim + self.reinterpreted_batch_ndims

    def check(self, value: Any) -> Any:
        """Whether each event of a tensor satisfies it."""
        found, count = self.base_constraint.check(check_tensor(value)), self.reinterpreted_batch_ndims
        if found.ndim < count:
            raise ValueError(f"Expected value.dim() >= {self.event_dim} but got {value.ndim}")
        return _all_of_last(M.reshape(found, (*found.shape[: found.ndim - count], -1)))

    def __repr__(self) -> str:
        return f"IndependentConstraint({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamilyConstraint(Constraint):
    """The constraint of the components of a mixture, for a value without their dimension."""

    __module__ = _HOME

    (base_constraint,) = held(Constraint, "base_constraint")

    def __init__(self, base_constraint: Any) -> None:
        if not isinstance(base_constraint, Constraint):
            raise AssertionError(f"base_constraint must be a Constraint, got {type_name(base_constraint)}")
        self.base_constraint = base_constraint

    @property
    def is_discrete(self) -> Any:
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> Any:
        return self.base_constraint.event_dim

    def check(self, value: Any) -> Any:
        """Whether each event of a tensor satisfies it."""
        count = self.event_dim
        found = self.base_constraint.check(M.unsqueeze(check_tensor(value), -1 - count))
        if value.ndim < count:
            raise ValueError(f"Expected value.dim() >= {count} but got {value.ndim}")
        return _all_of_last(M.reshape(found, (*found.shape[: value.ndim - count], -1)))

    def __repr__(self) -> str:
        return f"MixtureSameFamilyConstraint({self.base_constraint!r})"


class _Parts(Constraint):
    """Constraints of parts of a tensor along one of its dimensions."""

    __module__ = _HOME

    cseq = held_list(Constraint, "cseq")
    (dim,) = held(int, "dim")

    def __init__(self, cseq: Any, dim: int = 0) -> None:
        self.cseq = list(cseq)
        if not all(isinstance(each, Constraint) for each in self.cseq):
            raise AssertionError("All elements of cseq must be Constraint instances")
        self.dim = dim

    @property
    def is_discrete(self) -> Any:
        return any(each.is_discrete for each in counted(self.cseq))

    def _check_dim(self, value: Any) -> None:
        if not -check_tensor(value).ndim <= self.dim < value.ndim:
            raise AssertionError(f"dim {self.dim} out of range for value with {value.ndim} dimensions")


class _Cat(_Parts):
    """Constraints of consecutive parts, each ``lengths`` long."""

    __module__ = _HOME

    def __init__(self, cseq: Any, dim: int = 0, lengths: Any = None) -> None:
        super().__init__(cseq, dim)
        self.lengths = [1] * len(self.cseq) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.cseq):
            raise AssertionError(f"lengths ({len(self.lengths)}) must match cseq ({len(self.cseq)})")

    @property
    def event_dim(self) -> Any:
        return max(each.event_dim for each in counted(self.cseq))

    def check(self, value: Any) -> Any:
        """Whether each event of a tensor satisfies it."""
        self._check_dim(value)
        parts = T.split(M.narrow(value, self.dim, 0, sum(self.lengths)), self.lengths, self.dim)
        return T.cat([each.check(part) for each, part in counted(zip(self.cseq, parts))], self.dim)


class _Stack(_Parts):
    """Constraints of the elements along a dimension."""

    __module__ = _HOME

    @property
    def event_dim(self) -> Any:
        found = max(each.event_dim for each in counted(self.cseq))
        return found + 1 if self.dim + found < 0 else found

    def check(self, value: Any) -> Any:
        """Whether each event of a tensor satisfies it."""
        self._check_dim(value)
        return T.stack(
            [each.check(part) for each, part in counted(zip(self.cseq, T.unbind(value, self.dim)))], self.dim
        )


class Dependent(Constraint):
    """A constraint that depends on other parameters, and is known of an object only."""

    __module__ = _HOME

    def check(self, value: Any) -> Any:
        """Raises ValueError: it isn't known here."""
        raise ValueError("Cannot determine validity of dependent constraint")


Dependent.__name__ = Dependent.__qualname__ = "_Dependent"


def is_dependent(constraint: Value) -> bool:
    """Whether a constraint depends on other parameters."""
    return isinstance(constraint, Dependent)


def dependent_property(fn: Value = None, *, is_discrete: Value = None, event_dim: Value = None) -> Any:
    """A property whose value is a constraint: ``@constraints.dependent_property``, with arguments or without."""
    return dependent_property if fn is None else property(callee(fn), doc="")


# -- matrices -----------------------------------------------------------------------------------------------------


def _rows_all(valid: Any) -> Any:
    return _all_of_last(M.reshape(valid, (*valid.shape[:-2], -1)))


def _lower_triangular(value: Any) -> Any:
    return _rows_all(T.tril(value) == value)


def _lower_cholesky(value: Any) -> Any:
    return _lower_triangular(value) & _all_of_last(T.diagonal(value, dim1=-2, dim2=-1) > 0)


def _corr_cholesky(value: Any) -> Any:
    tolerance = T.finfo(value.dtype).eps * value.shape[-1] * 10
    length = L.norm(M.detach(value), dim=-1)
    return _lower_cholesky(value) & _all_of_last(T.abs(length - 1.0) <= tolerance)


def _square(value: Any) -> Any:
    return T.full(value.shape[:-2], value.shape[-2] == value.shape[-1], dtype=T.bool)


def _symmetric(value: Any) -> Any:
    found = _square(value)
    if not bool(M.all(found)):
        return found
    return M.all(M.all(T.isclose(value, T.transpose(value, -2, -1), atol=1e-6), -2), -1)


def _semidefinite(value: Any) -> Any:
    found = _symmetric(value)
    return _all_of_last(L.eigvalsh(value) >= 0) if bool(M.all(found)) else found


def _definite(value: Any) -> Any:
    found = _symmetric(value)
    return L.cholesky_ex(value)[1] == 0 if bool(M.all(found)) else found


def _one_hot(value: Any) -> Any:
    return _all_of_last((value == 0) | (value == 1)) & (M.sum(value, -1) == 1)


def _simplex(value: Any) -> Any:
    return _all_of_last(value >= 0) & (T.abs(M.sum(value, -1) - 1) < 1e-6)


# -- the names ----------------------------------------------------------------------------------------------------

_Interval = _of_bounds("Interval", "lower_bound upper_bound", lambda x, a, b: (a <= x) & (x <= b), "Numbers in [a, b].")
_HalfOpen = _of_bounds(
    "HalfOpenInterval", "lower_bound upper_bound", lambda x, a, b: (a <= x) & (x < b), "Numbers in [a, b)."
)
_WholeInterval = _of_bounds(
    "IntegerInterval", "lower_bound upper_bound", lambda x, a, b: _whole(x) & (a <= x) & (x <= b),
    "Integers from a to b.", True,
)  # fmt: skip
_WholeAbove = _of_bounds(
    "IntegerGreaterThan", "lower_bound", lambda x, a: _whole(x) & (x >= a), "Integers from a on.", True
)
_Above = _of_bounds("GreaterThan", "lower_bound", lambda x, a: a < x, "Numbers greater than a bound.")
_From = _of_bounds("GreaterThanEq", "lower_bound", lambda x, a: a <= x, "Numbers from a bound on.")
_Below = _of_bounds("LessThan", "upper_bound", lambda x, b: x < b, "Numbers less than a bound.")

real = _simple("Real", lambda x: x == x, "Every number but NaN.")
real_vector = _IndependentConstraint(real, 1)
real_matrix = _IndependentConstraint(real, 2)
boolean = _simple("Boolean", lambda x: (x == 0) | (x == 1), "0 and 1.", True)
one_hot = _simple("OneHot", _one_hot, "Vectors of zeros and one 1.", True, 1)
nonnegative_integer = _WholeAbove(0)
positive_integer = _WholeAbove(1)
positive = _Above(0.0)
nonnegative = _From(0.0)
unit_interval = _Interval(0.0, 1.0)
simplex = _simple("Simplex", _simplex, "Vectors of numbers from 0 on whose sum is 1.", False, 1)
lower_cholesky = _simple("LowerCholesky", _lower_cholesky, "Lower triangular with a positive diagonal.", False, 2)
corr_cholesky = _simple("CorrCholesky", _corr_cholesky, "Lower triangular, with rows of length 1.", False, 2)
positive_definite = _simple("PositiveDefinite", _definite, "Symmetric, with positive eigenvalues.", False, 2)
dependent = Dependent()
independent, multinomial = _IndependentConstraint, _Multinomial
interval, half_open_interval, integer_interval = _Interval, _HalfOpen, _WholeInterval
greater_than, greater_than_eq, less_than = _Above, _From, _Below

_NAMES: dict[str, Any] = {
    "Constraint": Constraint, "MixtureSameFamilyConstraint": MixtureSameFamilyConstraint, "boolean": boolean,
    "cat": _Cat, "corr_cholesky": corr_cholesky, "dependent": dependent, "greater_than": _Above,
    "greater_than_eq": _From, "half_open_interval": _HalfOpen, "independent": independent,
    "integer_interval": _WholeInterval, "interval": _Interval, "less_than": _Below, "lower_cholesky": lower_cholesky,
    "lower_triangular": _simple("LowerTriangular", _lower_triangular, "Lower triangular matrices.", False, 2),
    "multinomial": multinomial, "nonnegative": nonnegative, "nonnegative_integer": nonnegative_integer,
    "one_hot": one_hot, "positive": positive, "positive_definite": positive_definite,
    "positive_integer": positive_integer,
    "positive_semidefinite": _simple("PositiveSemidefinite", _semidefinite, "Symmetric, no eigenvalue < 0.", False, 2),
    "real": real, "real_vector": real_vector, "simplex": simplex,
    "square": _simple("Square", _square, "Matrices with as many rows as columns.", False, 2), "stack": _Stack,
    "symmetric": _simple("Symmetric", _symmetric, "Matrices that equal their transposes.", False, 2),
    "unit_interval": unit_interval,
}  # fmt: skip
for _name, _value in _NAMES.items():
    namespace(_HOME)[_name] = _value
for _function in (is_dependent, dependent_property):
    namespace(_HOME)[_function.__name__] = PythonFunction(_function.__name__, _function, _HOME)
