"""Every declared operation proves its own declaration: one table, all checks, no operation left out silently."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from operation_checks import (
    Failed,
    Point,
    check_first_order,
    check_float32,
    check_formula,
    check_forward_mode,
    check_second_order,
    check_worlds,
)
from operation_samples import Sample, samples, with_gradient

from autogradcli.api.calls.registry import NAMESPACES
from autogradcli.engine.levels.vmap import BATCH_RULES
from autogradcli.engine.operation import OPERATIONS, Operation
from autogradcli.engine.tensor import Tensor, wrap
from autogradcli.numerics import dtypes
from autogradcli.numerics.random.generator import default_generator
from autogradcli.operations.batch import rules  # noqa: F401 - fills the table of rules

#: What the engine reads of a declaration, and the words that it knows there.
WORDS = {
    "rows": {*BATCH_RULES, "masks", "dynamic", "slow"},
    "half": {"own", "steps", "last", "alpha", "rounded", "exact", "moved"},
    "in_vmap": {"arithmetic", "named", "broadcast"},
    "overload": {"Tensor", "*", "int_*"},
}

Check = Callable[[Point], None]

CHECKS: dict[str, Check] = {
    "first order": check_first_order,
    "second order": check_second_order,
    "forward mode": check_forward_mode,
    "worlds": check_worlds,
    "float32": check_float32,
    "formula": check_formula,
}

#: (operation, check): why PyTorch doesn't have it either. An entry that isn't needed fails the test.
EXEMPT: dict[tuple[str, str], str] = {
    ("hardsigmoid", "second order"): "PyTorch: derivative for aten::hardsigmoid_backward is not implemented",
    ("bernoulli", "first order"): "a random draw, whose gradient PyTorch defines as zero",
    ("poisson", "first order"): "a random draw, whose gradient PyTorch defines as zero",
    ("bernoulli", "float32"): "a random draw: another one each time",
    ("poisson", "float32"): "a random draw: another one each time",
    ("linalg_svd", "complex"): "singular vectors are known but for a phase; PyTorch refuses what depends on it",
}

NO_SECOND = "PyTorch: its derivative is not implemented"
EXEMPT |= {
    (name, check): NO_SECOND
    for name in ("multi_margin_loss", "multilabel_margin_loss")
    for check in ("second order", "forward mode")
}

#: Whose gradients have no closed form, so that ``derive`` says "no formula: it goes through ...".
NO_FORMULA = {
    "grid_sampler_2d": "which neighbours a point has depends on the values of the grid",
    "grid_sampler_3d": "the same",
    "grid_derivative": "the same",
    "grid_spread": "the same",
    "linalg_matrix_sqrth": "the language has no function that solves X Y + Y X = G",
    "linalg_polar": "the same",
    "embedding_bag": "of mode='max': the user's function doesn't tell which rows were maximal",
}
EXEMPT |= {(name, "formula"): reason for name, reason in NO_FORMULA.items()}

#: Parameters for which PyTorch, too, raises "derivative ... is not implemented" in the backward pass.
UNDERIVED: dict[str, frozenset[str]] = {
    "ctc_loss_backward": frozenset({"grad", "log_probs"}),
    "scatter_combined": frozenset({"input"}),
    "scatter_combined_in_place": frozenset({"input"}),
    "unique": frozenset({"input"}),
    "unique_consecutive": frozenset({"input"}),
    "unique_dim": frozenset({"input"}),
    "floor_divide": frozenset({"input", "other"}),
    "floor_divide_in_place": frozenset({"input", "other"}),
    "histogram": frozenset({"input"}),
    "geqrf": frozenset({"input"}),
    "hardsigmoid_backward": frozenset({"grad_output", "input"}),
    "multi_margin_loss_backward": frozenset({"grad", "input"}),
    "multilabel_margin_loss_backward": frozenset({"grad", "input"}),
    "remainder_number_tensor": frozenset({"other"}),
    "heaviside": frozenset({"input", "values"}),
    "heaviside_in_place": frozenset({"input", "values"}),
    "igamma": frozenset({"input"}),
    "igammac": frozenset({"input"}),
    "special_zeta": frozenset({"input"}),
    "special_zeta_tensor_scalar": frozenset({"input"}),
    "acosh_in_place": frozenset({"input"}),
    "asinh_in_place": frozenset({"input"}),
    "atanh_in_place": frozenset({"input"}),
}

#: What a kernel may raise for a dtype that it doesn't take; NumPy only warns where it drops imaginary parts.
REFUSALS = (RuntimeError, TypeError, ValueError, np.exceptions.ComplexWarning)


def problems_of(name: str) -> list[str]:
    """What is wrong with a declaration, a line each."""
    op = OPERATIONS[name]
    found = documentation(op)
    if not op.has_gradient:
        return found
    underived = UNDERIVED.get(name, frozenset())
    default_generator.manual_seed(0)  # else a draw may happen to pass what random operations are exempt from
    try:
        calls = samples(op, underived)
    except Exception as error:
        return [*found, f"{name}: its examples: {type(error).__name__}: {error}"]
    used: set[str] = set()
    if not calls and not isinstance(op.examples, str):
        found.append(f'{name}: no examples, so nothing of it is checked: give some, or the reason as examples="..."')
    with np.errstate(all="ignore"):
        found += _refused(op, underived)
        for sample in calls:
            if not sample.slots and underived:
                continue
            found += _checked(sample, CHECKS, used)
            found += _broadcast(sample, used)
            found += _complex(sample, used)
    unneeded = [check for (op_name, check) in EXEMPT if op_name == name and check not in used]
    return found + [f"{name}: exempted from {check!r} but passes it: take the exemption away" for check in unneeded]


def _refused(op: Operation, underived: frozenset[str]) -> list[str]:
    """The parameters without derivative say so, in PyTorch's words, when one is asked for."""
    found = []
    for name in underived:
        sample = samples(op, frozenset(p.name for p in op.edges) - {name})[0]
        try:
            check_first_order(Point(sample))
        except RuntimeError as error:
            if "derivative for " not in str(error):
                found.append(f"{sample}: no derivative for {name}, but it says: {error}")
        else:
            found.append(f"{sample}: {name} has a derivative now: take it out of UNDERIVED")
    return found


def _checked(sample: Sample, checks: dict[str, Check], used: set[str]) -> list[str]:
    found = []
    if not sample.slots:
        return [f"{sample}: no floating operand that has a rule: the example proves nothing"]
    try:
        point = Point(sample)
    except Exception as error:
        return [f"{sample}: the call itself: {type(error).__name__}: {error}"]
    for label, check in checks.items():
        try:
            check(point)
        except Failed as failure:
            problem = str(failure)
        except Exception as error:
            problem = f"{sample}: {label}: {type(error).__name__}: {error}"
        else:
            continue
        if (sample.op.name, label) in EXEMPT:
            used.add(label)
        else:
            found.append(problem)
    return found


def _broadcast(sample: Sample, used: set[str]) -> list[str]:
    """The checks at operands whose shapes have to be broadcast; which of them do is the kernel's to say."""
    found: list[str] = []
    for variant in filter(_accepts, sample.broadcasts()):
        found += _checked(variant, {"first order": check_first_order, "forward mode": check_forward_mode}, used)
    return found


def _accepts(sample: Sample) -> bool:
    try:
        Point(sample)
    except (*REFUSALS, IndexError):
        return False
    return True


def _complex(sample: Sample, used: set[str]) -> list[str]:
    """The checks at complex operands, where the operation takes them."""
    if any(x.dtype.kind == "c" for x in sample.inputs) or any(sample.keep) or _of_real_only(sample.op):
        return []
    twin = sample.map(lambda a: a + 0.4j * np.cos(3 * a + np.arange(a.size).reshape(a.shape)), "complex")
    if sample.op.complex == "refused":
        return _without_gradient(twin, used)
    try:
        point = Point(twin)
    except REFUSALS:
        return []
    if any(y.dtype.kind != "c" for y in point.y) and sample.op.complex == "holomorphic":
        return [f'{twin}: a real result, so the function isn\'t holomorphic: complex="own" and a rule for it']
    checks = {"first order": check_first_order, "second order": check_second_order, "forward mode": check_forward_mode}
    found = _checked(twin, checks, used)
    if found and (sample.op.name, "complex") in EXEMPT:
        used.add("complex")
        return []
    return found


def _without_gradient(twin: Sample, used: set[str]) -> list[str]:
    """That there is no gradient of a complex result, and that it is said where one is asked for."""
    found = _checked(twin, {"first order": check_first_order}, used)
    if found and all("does not support automatic differentiation for outputs with complex dtype" in f for f in found):
        return []
    return found or [f"{twin}: its gradient is refused by its declaration alone"]


def _of_real_only(op: Operation) -> bool:
    """Whether it is the backward operation of one that refuses complex operands, and so never sees one."""
    forward = OPERATIONS.get(op.name.removesuffix("_backward"))
    if forward is None or forward is op or not forward.has_gradient:
        return False
    return not any(_accepts(s.map(lambda a: a + 0.5j, "complex")) for s in samples(forward))


def documentation(op: Operation) -> list[str]:
    """The docstring begins with a sentence, what rules name exists, and somebody reads what else is declared."""
    found = []
    first = op.doc.strip().partition("\n")[0].strip()
    if not first:
        found.append(f"{op.name}: no docstring")
    elif not first.endswith("."):
        found.append(f"{op.name}: the docstring's first line is no sentence: {first!r}")
    try:
        op.parse()
    except TypeError as error:
        found.append(str(error))
    for option, known in WORDS.items():
        word = getattr(op, option)
        if word and not callable(word) and word.partition(": ")[0] not in known:
            found.append(f"{op.name}: nothing reads {option}={word!r}")
    return found


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_operation(name: str) -> None:
    problems = problems_of(name)
    assert not problems, "\n" + "\n".join(problems)


def test_exemptions_name_operations_with_gradients() -> None:
    known = set(with_gradient())
    assert not [entry for entry in EXEMPT if entry[0] not in known or entry[1] not in {*CHECKS, "complex"}]


def test_few_operations_have_a_reason_in_the_place_of_examples() -> None:
    """``examples="why there are none"``: nothing of such an operation is checked here. One more wants a good reason."""
    reasons = {
        name: OPERATIONS[name].examples for name in with_gradient() if isinstance(OPERATIONS[name].examples, str)
    }
    draws = {"dirichlet", "dirichlet_grad", "standard_gamma", "standard_gamma_grad"}
    draws |= {"normal_of_both", "normal_of_means", "normal_of_deviations", "bernoulli_of_number", "binomial"}
    nothing = {"linalg_ldl_factor_ex", "linalg_ldl_solve"}
    assert set(reasons) == {"ctc_loss", "embedding_sparse", "gather_sparse", "linalg_eig", *draws, *nothing}
    assert all(len(reason.split()) >= 5 for reason in reasons.values())


# -- dtypes and dimensions, as they are declared ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", sorted(name for name, op in OPERATIONS.items() if op.parse().taken and not isinstance(op.examples, str))
)
def test_an_operation_takes_the_dtypes_that_it_says(name: str) -> None:
    op = OPERATIONS[name].parse()
    refusals = 0
    for dtype in (*dtypes.ALL, dtypes.bfloat16):
        for sample in samples(op):
            taken = dtype.name in op.taken.names or (dtype.category < dtypes.FLOATING and _made_floating(sample))
            cast = [_cast(a, dtype, p.kind) for p, a in zip(op.params, sample.args, strict=True)]
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    op.call(*cast)
                except NotImplementedError as error:
                    assert not taken, f"{sample}: refuses {dtype}: {error}"
                    in_own_words = "not implemented for '" not in str(error)
                    assert in_own_words or not isinstance(op.taken.name, str) or op.taken.name in str(error)
                except (
                    RuntimeError,
                    ValueError,
                    TypeError,
                    IndexError,
                    OverflowError,
                ) as error:  # of what the numbers have become
                    assert "not implemented for '" not in str(error)
                else:
                    assert taken, f"{sample}: takes {dtype}, against its declaration"
                    continue
                refusals += 1
    assert refusals, f"{name}: takes all, so that there is nothing to declare"


def _made_floating(sample: Sample) -> bool:
    """Whether integers become floating beside what else there is."""
    numbers = [a for p, a in zip(sample.op.params, sample.args) if p.number]
    return sample.op.promote == "float" or (bool(sample.op.promote) and any(isinstance(a, float) for a in numbers))


def _cast(value: object, dtype: dtypes.DType, kind: str) -> object:
    if isinstance(value, list):
        return [_cast(v, dtype, kind) for v in value]
    if not isinstance(value, Tensor) or kind in ("index", "indices"):
        return value
    if dtype.category == dtypes.COMPLEX:
        return wrap(value.array.astype(dtype.np))
    return wrap(value.array.real.astype(dtype.np))


_DIMENSIONS = {name for name, op in OPERATIONS.items() if op.dims and op.rows is None}
#: Whose functions have counted the dimension from the front before.
_COUNTED = {
    "fft_c2c", "fft_c2r", "fft_r2c", "glu", "glu_backward", "log_softmax", "log_softmax_backward_data",
    "norm_dim", "recurrence", "safe_softmax", "select_backward", "shifted", "slice_backward", "softmax",
    "softmax_backward_data",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(_DIMENSIONS))
def test_vmap_moves_the_dimensions_that_are_declared(name: str) -> None:
    op = OPERATIONS[name].parse()
    vmap = NAMESPACES["torch.func"]["vmap"]
    for sample in samples(op):
        first, *rest = sample.args
        rows = [first, wrap(first.array * 2), wrap(np.array(first.array[::-1]) if first.array.ndim else first.array)]
        with np.errstate(all="ignore"):
            found = vmap(lambda row, rest=rest: op.call(row, *rest))(wrap(np.stack([r.array for r in rows])))
            wanted = [op.call(row, *rest) for row in rows]
        several = isinstance(found, tuple)
        for k, part in enumerate(found if several else [found]):
            alone = np.stack([(w[k] if several else w).array for w in wanted])
            np.testing.assert_allclose(part.array, alone, rtol=1e-12, err_msg=str(sample))


@pytest.mark.parametrize("name", sorted({*_DIMENSIONS, "cat", "squeeze_dim", "stack"} - _COUNTED))
def test_a_dimension_that_is_not_there_is_refused(name: str) -> None:
    op = OPERATIONS[name].parse()
    for sample in samples(op):
        for p in op.params:
            given = sample.args[p.index]
            if p.name not in (op.dims.removeprefix("+").split() or ["dim"]) or given in (None, ()):
                continue
            args = list(sample.args)
            args[p.index] = 7 if isinstance(given, int) else (*given[1:], 7)
            with pytest.raises(IndexError, match=r"Dimension out of range|tensor has no dimensions"):
                op.call(*args)
