"""How a call finds its overload: what arrives at the implementation, and PyTorch's words for what misfits.

The messages are what PyTorch 2.13 says of the same calls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autogradcli.api.calls.overloads import Function
from autogradcli.engine.leaves import require_grad
from autogradcli.engine.tensor import Parameter, Size, Tensor
from autogradcli.numerics import dtypes

_REDUCE = (
    "(Tensor input, *, ScalarType dtype=None)",
    "(Tensor input, IntList[1]? dim, bool keepdim=False, *, ScalarType dtype=None, Tensor out=None)",
)
_MAX = (
    "(Tensor input, *, Tensor out=None)",
    "(Tensor input, Tensor other, *, Tensor out=None)",
    "(Tensor input, int dim, bool keepdim=False, *, TensorList out=None)",
)
_STD = (
    "(Tensor input, IntList[1]? dim, bool unbiased=True, bool keepdim=False, *, Tensor out=None)",
    "(Tensor input, IntList[1]? dim=None, *, Scalar? correction=None, bool keepdim=False, Tensor out=None)",
    "(Tensor input, bool unbiased=True)",
)
_POW = (
    "(Tensor input, Tensor exponent, *, Tensor out=None)",
    "(Scalar self, Tensor exponent, *, Tensor out=None)",
    "(Tensor input, Scalar exponent, *, Tensor out=None)",
)
_ADD = (
    "(Tensor input, Scalar alpha, Tensor other, *, Tensor out=None)|deprecated",
    "(Tensor input, Tensor other, *, Scalar alpha=1, Tensor out=None)",
)
_ADDCMUL = (
    "(Tensor input, Scalar value, Tensor tensor1, Tensor tensor2, *, Tensor out=None)|deprecated",
    "(Tensor input, Tensor tensor1, Tensor tensor2, *, Scalar value=1, Tensor out=None)",
)
_DIV = (
    "(Tensor input, Tensor other, *, Tensor out=None)",
    "(Tensor input, Tensor other, *, str? rounding_mode, Tensor out=None)",
    "(Tensor input, Scalar other, *, str? rounding_mode)",
)
_SCHEMAS: dict[str, tuple[str, ...]] = {
    "exp": ("(Tensor input, *, Tensor out=None)",),
    "sum": _REDUCE,
    "max": _MAX,
    "std": _STD,
    "pow": _POW,
    "add": _ADD,
    "addcmul": _ADDCMUL,
    "div": _DIV,
    "mul": ("(Tensor input, Tensor other, *, Tensor out=None)",),
    "fill_": ("(Tensor input, Tensor value)", "(Tensor input, Scalar value)"),
    "masked_fill": ("(Tensor input, Tensor mask, Tensor value)", "(Tensor input, Tensor mask, Scalar value)"),
    "movedim": (
        "(Tensor input, int source, int destination)",
        "(Tensor input, IntList source, IntList destination)",
    ),
    "squeeze": ("(Tensor input)", "(Tensor input, int dim)", "(Tensor input, IntList dim)"),
    "view": ("(Tensor input, ScalarType dtype)", "(Tensor input, IntList size)"),
    "reshape": ("(Tensor input, IntList shape)",),
    "zeros": ("(IntList size, *, Tensor out=None, ScalarType dtype=None, bool requires_grad=False)",),
    "full": ("(IntList size, Scalar fill_value, *, ScalarType dtype=None)",),
    "eye": ("(SymInt n)", "(SymInt n, SymInt m)"),
    "transpose": ("(Tensor input, int dim0, int dim1)",),
    "renorm": ("(Tensor input, Scalar p, int dim, Scalar maxnorm)",),
    "round": ("(Tensor input, *, Tensor out=None)", "(Tensor input, *, int decimals, Tensor out=None)"),
    "logsumexp": ("(Tensor input, IntList[1] dim, bool keepdim=False, *, Tensor out=None)",),
    "cat": ("(TensorList tensors, int dim=0, *, Tensor out=None)",),
    "polygamma": ("(int n, Tensor input, *, Tensor out=None)",),
    "isclose": ("(Tensor input, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False)",),
    "nan_to_num": ("(Tensor input, float? nan=None, float? posinf=None)",),
    "unfold": ("(Tensor input, IntList[2] kernel_size, IntList[2] stride={2,3}, IntList[2] padding=0)",),
    "quantile": ('(Tensor input, float q, *, str interpolation="linear")',),
    "where": (
        "(Tensor condition)",
        "(Tensor condition, Tensor input, Tensor other)",
        "(Tensor condition, Scalar self, Scalar other)",
    ),
    "get_default_dtype": ("()",),
}


def _recorder(schema: str) -> Callable[..., tuple[Any, ...]]:
    def implementation(*values: Any) -> tuple[Any, ...]:
        return (schema, *values)

    return implementation


def _function(name: str, method: bool = False) -> Function:
    overloads = [(schema, _recorder(schema)) for schema in _SCHEMAS[name] if not method or "Tensor input" in schema]
    return Function(name, overloads, "Tensor" if method else "torch", method)


class _Torch:
    def __init__(self) -> None:
        self.functions: dict[str, Function] = {}

    def __getattr__(self, name: str) -> Function:
        return self.functions.setdefault(name, _function(name))


class _Methods:
    """``x.sum(0)`` in the tables below: the method of a tensor."""

    def __init__(self, receiver: Tensor) -> None:
        self.receiver = receiver
        self.functions: dict[str, Function] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = self.functions.setdefault(name, _function(name, method=True))
        return lambda *args, **kwargs: function(self.receiver, *args, **kwargs)


def _tensor(values: object, dtype: str = "float32") -> Tensor:
    return Tensor(np.array(values, dtype))


X = _tensor([[1, 2, 3], [4, 5, 6]])
GRAD = _tensor(2.0)
require_grad(GRAD)
SCOPE: dict[str, Any] = {
    "torch": _Torch(), "x": _Methods(X), "X": X, "P": Parameter(np.ones(2)), "GRAD": GRAD,
    "I0": _tensor(1, "int64"), "I1": _tensor([1], "int64"), "I2": _tensor([1, 2], "int64"),
    "F0": _tensor(2.5), "B0": _tensor(True, "bool"), "Size": Size, "float64": dtypes.float64,
}  # fmt: skip


def _call(text: str) -> Any:
    return eval(text, SCOPE)  # the tables of this file


_SUM = (
    "sum() received an invalid combination of arguments - got {}, but expected one of:\n"
    " * (Tensor input, *, torch.dtype dtype = None)\n"
    " * (Tensor input, tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None, "
    "Tensor out = None)\n"
)
_POWERS = (
    "pow() received an invalid combination of arguments - got {}, but expected one of:\n"
    " * (Tensor input, Tensor exponent, *, Tensor out = None)\n"
    " * (Number self, Tensor exponent, *, Tensor out = None)\n"
    " * (Tensor input, Number exponent, *, Tensor out = None)\n"
)
_BAD = "      didn't match because some of the arguments have invalid types: "
_BAD_WORD = "      didn't match because some of the keywords were incorrect: "
_ADDCMUL_SHOWN = "(Tensor input, Tensor tensor1, Tensor tensor2, *, Number value = 1, Tensor out = None)"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("torch.exp(1.0)", "exp(): argument 'input' (position 1) must be Tensor, not float"),
        ("torch.exp(input=3)", "exp(): argument 'input' must be Tensor, not int"),
        ("torch.exp([0, 1])", "exp(): argument 'input' (position 1) must be Tensor, not list"),
        ("torch.exp()", 'exp() missing 1 required positional arguments: "input"'),
        ("torch.exp(X, X)", "exp() takes 1 positional argument but 2 were given"),
        ("torch.exp(X, foo=1)", "exp() got an unexpected keyword argument 'foo'"),
        ("torch.exp(X, input=X)", "exp() got multiple values for argument 'input'"),
        ("torch.exp(X, out=3)", "exp(): argument 'out' must be Tensor, not int"),
        (
            "torch.exp(torch.exp)",
            "exp(): argument 'input' (position 1) must be Tensor, not builtin_function_or_method",
        ),
        ("x.exp(1)", "TensorBase.exp() takes no arguments (1 given)"),
        ("x.exp(1, foo=2)", "TensorBase.exp() takes no keyword arguments"),
        ("torch.get_default_dtype(1)", "torch.get_default_dtype() takes no arguments (1 given)"),
        ("torch.mul(X, 'a')", "mul(): argument 'other' (position 2) must be Tensor, not str"),
        ("torch.mul(X, float64)", "mul(): argument 'other' (position 2) must be Tensor, not torch.dtype"),
        ("torch.mul(X, Size([2]))", "mul(): argument 'other' (position 2) must be Tensor, not torch.Size"),
        ("x.mul([1])", "mul(): argument 'other' (position 1) must be Tensor, not list"),
        ("torch.transpose(X)", 'transpose() missing 2 required positional argument: "dim0", "dim1"'),
        ("torch.transpose(X, 0, 1.5)", "transpose(): argument 'dim1' (position 3) must be int, not float"),
        ("torch.transpose(X, 0, True)", "transpose(): argument 'dim1' (position 3) must be int, not bool"),
        ("torch.transpose(X, 0, I1)", "transpose(): argument 'dim1' (position 3) must be int, not Tensor"),
        ("x.renorm(1)", 'renorm() missing 2 required positional argument: "dim", "maxnorm"'),
        (
            "torch.isclose(X, X, 1, 2, 3, 4)",
            "isclose() takes from 2 to 5 positional arguments but 6 were given",
        ),
        ("torch.polygamma(X, 2)", "polygamma(): argument 'n' (position 1) must be int, not Tensor"),
        ("x.round('a')", "round() takes from 1 to 0 positional arguments but 1 were given"),
        ("x.round(decimals=1.5)", "round(): argument 'decimals' must be int, not float"),
        # several overloads, one of them plausible by its number of parameters
        ("torch.sum(1)", "sum(): argument 'input' (position 1) must be Tensor, not int"),
        ("x.sum(0, 1)", "sum(): argument 'keepdim' (position 2) must be bool, not int"),
        ("torch.sum(X, dim=0, axis=1)", "sum() got an unexpected keyword argument 'axis'"),
        ("torch.sum(X, keepdim=True, dtype=None)", 'sum() missing 1 required positional arguments: "dim"'),
        ("torch.sum(X, 0, True, 4)", "sum() takes from 2 to 3 positional arguments but 4 were given"),
        # and none or several
        ("torch.sum()", _SUM.format("()")),
        ("torch.sum(X, 'a')", _SUM.format("(Tensor, str)")),
        ("torch.sum(P, 'a')", _SUM.format("(Parameter, str)")),
        ("torch.sum(X, X)", _SUM.format("(Tensor, Tensor)")),
        ("torch.sum(X, True)", _SUM.format("(Tensor, bool)")),
        ("torch.sum(X, (1.5,))", _SUM.format("(Tensor, tuple)")),
        ("torch.sum(X, dim='a')", _SUM.format("(Tensor, dim=str)")),
        ("torch.sum(X, x1=3)", _SUM.format("(Tensor, x1=int)")),
        ("torch.pow(2, 3)", _POWERS.format("(int, int)")),
        ("torch.pow(X)", _POWERS.format("(Tensor)")),
        ("torch.pow(self=2, exponent=3)", _POWERS.format("(exponent=int, self=int, )")),
        (
            "x.max('a')",
            "max() received an invalid combination of arguments - got (str), but expected one of:\n"
            f" * ()\n{_BAD}(!str!)\n * (Tensor other)\n{_BAD}(!str!)\n * (int dim, bool keepdim = False)\n",
        ),
        (
            "x.max(dim='a')",
            "max() received an invalid combination of arguments - got (dim=str, ), but expected one of:\n"
            f" * ()\n{_BAD_WORD}dim\n * (Tensor other)\n{_BAD_WORD}dim\n * (int dim, bool keepdim = False)\n",
        ),
        (
            "torch.max(X, 0, 1)",
            "max() received an invalid combination of arguments - got (Tensor, int, int), "
            "but expected one of:\n"
            f" * (Tensor input, *, Tensor out = None)\n{_BAD}(Tensor, !int!, !int!)\n"
            " * (Tensor input, Tensor other, *, Tensor out = None)\n"
            " * (Tensor input, int dim, bool keepdim = False, *, tuple of Tensors out = None)\n",
        ),
        (
            "x.std('a')",
            "std() received an invalid combination of arguments - got (str), but expected one of:\n"
            " * (tuple of ints dim, bool unbiased = True, bool keepdim = False)\n"
            " * (tuple of ints dim = None, *, Number correction = None, bool keepdim = False)\n"
            f" * (bool unbiased = True)\n{_BAD}(!str!)\n",
        ),
        (
            "x.fill_((1,))",
            "fill_() received an invalid combination of arguments - got (tuple), but expected one of:\n"
            f" * (Tensor value)\n{_BAD}(!tuple of (int,)!)\n * (Number value)\n{_BAD}(!tuple of (int,)!)\n",
        ),
        (
            "x.fill_([1, 2])",
            "fill_() received an invalid combination of arguments - got (list), but expected one of:\n"
            f" * (Tensor value)\n{_BAD}(!list of [int, int]!)\n"
            f" * (Number value)\n{_BAD}(!list of [int, int]!)\n",
        ),
        (
            "x.masked_fill(mask=X, value='a')",
            "masked_fill() received an invalid combination of arguments - got (value=str, mask=Tensor, ), "
            f"but expected one of:\n * (Tensor mask, Tensor value)\n{_BAD}(mask=Tensor, !value=str!, )\n"
            f" * (Tensor mask, Number value)\n{_BAD}(mask=Tensor, !value=str!, )\n",
        ),
        (
            "torch.movedim(X, 'a', 0)",
            "movedim() received an invalid combination of arguments - got (Tensor, str, int), "
            "but expected one of:\n"
            f" * (Tensor input, int source, int destination)\n{_BAD}(Tensor, !str!, int)\n"
            " * (Tensor input, tuple of ints source, tuple of ints destination)\n"
            f"{_BAD}(Tensor, !str!, !int!)\n",
        ),
        (
            "torch.div(X, 2, rounding_mode=3)",
            "div() received an invalid combination of arguments - got (Tensor, int, rounding_mode=int), "
            "but expected one of:\n * (Tensor input, Tensor other, *, Tensor out = None)\n"
            " * (Tensor input, Tensor other, *, str rounding_mode, Tensor out = None)\n"
            " * (Tensor input, Number other, *, str rounding_mode)\n",
        ),
        # a deprecated overload is not shown, but counts
        ("torch.add(X, 'a')", "add(): argument 'other' (position 2) must be Tensor, not str"),
        (
            "torch.add(X)",
            "add() received an invalid combination of arguments - got (Tensor), "
            "but expected (Tensor input, Tensor other, *, Number alpha = 1, Tensor out = None)",
        ),
        (
            "x.addcmul(1, 2, 3, 4)",
            "addcmul() received an invalid combination of arguments - got (!int!, !int!, !int!, !int!), "
            "but expected (Tensor tensor1, Tensor tensor2, *, Number value = 1)",
        ),
        (
            "torch.addcmul(X, X, foo=1, bar=1, baz=3, q=4)",
            "addcmul() received an invalid combination of arguments - "
            "got unrecognized keyword arguments: q, baz, bar, foo",
        ),
        (
            "torch.addcmul(1)",
            "addcmul() received an invalid combination of arguments - "
            f"got (int), but expected {_ADDCMUL_SHOWN}",
        ),
        # lists of ints
        ("torch.zeros(2.5)", "zeros(): argument 'size' (position 1) must be tuple of ints, not float"),
        ("torch.zeros(True)", "zeros(): argument 'size' (position 1) must be tuple of ints, not bool"),
        ("torch.zeros(I2)", "zeros(): argument 'size' (position 1) must be tuple of ints, not Tensor"),
        ("torch.zeros('a', 2)", "zeros() takes 1 positional argument but 2 were given"),
        ("torch.zeros((3, 2), 1)", "zeros() takes 1 positional argument but 2 were given"),
        ("torch.zeros(2, size=(3,))", "zeros() got multiple values for argument 'size'"),
        (
            "torch.zeros(2, 'a')",
            "zeros(): argument 'size' failed to unpack the object at pos 2 "
            'with error "type must be tuple of ints,but got str"',
        ),
        (
            "x.reshape((1.5,))",
            "reshape(): argument 'shape' (position 1) must be tuple of ints, "
            "but found element of type float at pos 0",
        ),
        ("torch.reshape(X, 3, 2)", "reshape() takes 2 positional arguments but 3 were given"),
        ("torch.reshape(X, 6)", "reshape(): argument 'shape' (position 2) must be tuple of ints, not int"),
        ("torch.logsumexp(X, dim=('a',))", "logsumexp(): argument 'dim' must be tuple of ints, not tuple"),
        (
            "x.view()",
            "view() received an invalid combination of arguments - got (), but expected one of:\n"
            " * (torch.dtype dtype)\n * (tuple of ints size)\n",
        ),
        ("torch.zeros(2, dtype=str)", "zeros(): argument 'dtype' must be torch.dtype, not type"),
        ("torch.full((2,), GRAD)", "full(): argument 'fill_value' (position 2) must be Number, not Tensor"),
        ("torch.nan_to_num(X, 1j)", "nan_to_num(): argument 'nan' (position 2) must be float, not complex"),
        # lists of tensors
        ("torch.cat(X)", "cat(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor"),
        ("torch.cat([X, 1])", "expected Tensor as element 1 in argument 0, but got int"),
    ],
)  # fmt: skip
def test_what_pytorch_says_of_a_call_that_does_not_fit(call: str, message: str) -> None:
    for _ in range(2):  # a refused call must leave nothing behind that lets the next one through
        with pytest.raises(TypeError) as caught:
            _call(call)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("call", "schema", "values"),
    [
        ("torch.exp(X)", 0, (X,)),
        ("torch.exp(x=X)", 0, (X,)),
        ("torch.sum(X)", 0, (X, None)),
        ("torch.sum(X, dtype=float)", 0, (X, dtypes.float64)),
        ("torch.sum(X, 1)", 1, (X, (1,), False, None)),
        ("torch.sum(X, None)", 1, (X, None, False, None)),
        ("torch.sum(X, [])", 1, (X, (), False, None)),
        ("torch.sum(X, I1)", 1, (X, (1,), False, None)),
        ("torch.sum(X, (0, I0, True))", 1, (X, (0, 1, 1), False, None)),
        ("torch.sum(X, axis=1, keepdims=True)", 1, (X, (1,), True, None)),
        ("torch.sum(keepdim=True, dim=(0, 1), input=X)", 1, (X, (0, 1), True, None)),
        ("x.sum(1, True)", 1, (X, (1,), True, None)),
        ("x.sum(dtype=float64, dim=-1)", 1, (X, (-1,), False, dtypes.float64)),
        ("torch.pow(2, X)", 1, (2, X)),
        ("torch.pow(X, X)", 0, (X, X)),
        ("x.pow(F0)", 0, (X, SCOPE["F0"])),
        ("x.pow(True)", 1, (X, True)),
        ("x.std(False)", 2, (X, False)),
        ("x.std(0)", 0, (X, (0,), True, False)),
        ("x.std(correction=0)", 1, (X, None, 0, False)),
        ("x.std(correction=F0)", 1, (X, None, 2.5, False)),
        ("torch.add(X, 2)", 1, (X, 2, 1)),
        ("torch.add(1, 2, alpha=F0)", 1, (1, 2, 2.5)),
        ("torch.max(X, 1, True)", 2, (X, 1, True)),
        ("x.view(3, 2)", 1, (X, (3, 2))),
        ("x.view((3, 2))", 1, (X, (3, 2))),
        ("x.view(Size([3, 2]))", 1, (X, (3, 2))),
        ("x.view(3, True)", 1, (X, (3, 1))),
        ("x.view(I1, -1)", 1, (X, (1, -1))),
        ("x.view(6)", 1, (X, (6,))),
        ("x.view(size=[6])", 1, (X, (6,))),
        ("x.view(float64)", 0, (X, dtypes.float64)),
        ("torch.zeros(2, 3, dtype=int)", 0, ((2, 3), dtypes.int64, False)),
        ("torch.zeros(())", 0, ((), None, False)),
        ("torch.zeros(I0, 3, requires_grad=True)", 0, ((1, 3), None, True)),
        ("torch.eye(I1)", 0, (1,)),
        ("x.transpose(I0, 0)", 0, (X, 1, 0)),
        ("torch.nan_to_num(X, 1)", 0, (X, 1.0, None)),
        ("torch.nan_to_num(X, True, F0)", 0, (X, 1.0, 2.5)),
        ("torch.unfold(X, 2)", 0, (X, (2, 2), (2, 3), (0, 0))),
        ("torch.quantile(X, q=0.5)", 0, (X, 0.5, "linear")),
        ("torch.cat([X, P], -1)", 0, ((X, SCOPE["P"]), -1)),
        ("torch.polygamma(2, X)", 0, (2, X)),
        ("x.where(X, X)", 0, (X, X, X)),
    ],
)
def test_what_arrives_at_the_implementation(call: str, schema: int, values: tuple[Any, ...]) -> None:
    name = call.split(".", 1)[1].split("(")[0]
    expected = [s for s in _SCHEMAS[name] if not call.startswith("x") or "Tensor input" in s][schema]
    for _ in range(3):  # the first call makes a plan, the later ones follow it
        found, *got = _call(call)
        assert found == expected
        assert [type(a) for a in got] == [type(b) for b in values]
        assert all(a is b or (not isinstance(a, Tensor) and a == b) for a, b in zip(got, values, strict=True))


def test_a_value_may_change_the_overload_that_its_type_had_before() -> None:
    clamp = Function(
        "f",
        [
            ("(Tensor input, Scalar bound)", lambda input, bound: ("number", bound)),
            ("(Tensor input, Tensor bound)", lambda input, bound: ("tensor", bound)),
        ],
        "torch",
    )
    zero, vector = SCOPE["F0"], X
    for _ in range(2):
        assert clamp(X, zero) == ("number", 2.5)
        assert clamp(X, vector) == ("tensor", vector)
        assert clamp(X, bound=zero) == ("number", 2.5)
        assert clamp(X, bound=GRAD) == ("tensor", GRAD)


def test_numbers_that_fit_no_machine_word() -> None:
    for call in ("torch.transpose(X, 0, 2**63)", "torch.sum(X, 2**63)"):
        for text in (call.replace("2**63", "1"), call):
            outcome: Any = ""
            try:
                _call(text)
            except ValueError as error:
                outcome = str(error)
            assert outcome == ("Overflow when unpacking long long" if text == call else "")
    assert _call("torch.mul(X, 2**64 - 1)")[2] == 2**64 - 1
    with pytest.raises(OverflowError, match=r"^int too big to convert$"):
        _call("torch.mul(X, 2**64)")
