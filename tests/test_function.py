"""The two faces of a function, what its declaration reaches, ``out=``, and functions that Python checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from autogradcli.api.calls import call_plans
from autogradcli.api.calls.argument_types import tensors_of
from autogradcli.api.calls.overloads import Function, define
from autogradcli.api.calls.python_function import PythonFunction, define_python
from autogradcli.api.calls.registry import ATTRIBUTES, NAMESPACES
from autogradcli.engine.lazy import loader
from autogradcli.engine.state import state
from autogradcli.engine.tensor import Tensor

_SCHEMAS: dict[str, tuple[str, ...]] = {
    "exp": ("(Tensor input, *, Tensor out=None)",),
    "add": (
        "(Tensor input, Scalar alpha, Tensor other, *, Tensor out=None)|deprecated",
        "(Tensor input, Tensor other, *, Scalar alpha=1, Tensor out=None)",
    ),
    "mul": ("(Tensor input, Tensor other, *, Tensor out=None)",),
    "pow": (
        "(Tensor input, Tensor exponent)",
        "(Scalar self, Tensor exponent)",
        "(Tensor input, Scalar exponent)",
    ),
    "cat": ("(TensorList tensors, int dim=0)",),
    "zeros": ("(IntList size, *, ScalarType dtype=None)",),
}


def _recorder(schema: str) -> Callable[..., tuple[Any, ...]]:
    def implementation(*values: Any) -> tuple[Any, ...]:
        return (schema, *values)

    return implementation


def _function(name: str) -> Function:
    return Function(name, [(schema, _recorder(schema)) for schema in _SCHEMAS[name]], "torch")


X = Tensor(np.array([[1.0, 2.0], [3.0, 4.0]], np.float32))


def test_a_deprecated_overload_is_tried_last_and_warns_once(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, str]] = []
    monkeypatch.setattr(state, "warn", lambda category, message: heard.append((category, message)))
    monkeypatch.setattr(call_plans.hooks, "warned", False)
    add = _function("add")
    for _ in range(2):
        assert add(X, 3, X)[1:] == (X, 3, X)
    [(category, message)] = heard
    assert category == "UserWarning"
    assert message.startswith(
        "This overload of add is deprecated:\n"
        "\tadd(Tensor input, Number alpha, Tensor other, *, Tensor out = None)\n"
        "Consider using one of the following signatures instead:\n"
        "\tadd(Tensor input, Tensor other, *, Number alpha = 1, Tensor out = None) (Triggered internally at "
    )


def test_out_goes_to_an_implementation_that_names_it_and_is_written_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        call_plans.hooks, "write_out", lambda name, out, compute, operands: (name, out, compute()), raising=False
    )
    schema = "(int n, *, Tensor out=None, int m=3)"
    own = Function("f", [(schema, lambda n, out, m: (n, out, m))], "torch")
    other = Function("f", [(schema, lambda n, m: n * m)], "torch")
    assert own(1, out=X) == (1, X, 3)
    assert own(1) == (1, None, 3)
    assert other(2, m=4) == 8
    assert other(2) == 6
    assert other(2, out=X) == ("f", X, 6)
    assert other(2, m=5, out=X) == ("f", X, 10)
    assert other(2, out=None) == 6


@pytest.fixture
def to_tensor(monkeypatch: pytest.MonkeyPatch) -> None:
    def convert(values: Any) -> Tensor:
        return Tensor(np.array(values, dtype=float))

    monkeypatch.setattr(call_plans.hooks, "to_tensor", convert, raising=False)


@pytest.mark.usefixtures("to_tensor")
def test_a_bare_name_takes_numbers_and_lists_for_tensors() -> None:
    exp = _function("exp")
    bare = exp.calculator()
    assert bare.calculator() is bare
    for given in (2, True, 1.5, [0, 1], ((1, 2), (3.5, 4))):
        _, tensor = bare(given)
        assert isinstance(tensor, Tensor)
        assert tensor.array.tolist() == np.array(given, float).tolist()
        with pytest.raises(TypeError, match="must be Tensor"):
            exp(given)
    assert bare(X)[1] is X
    assert bare(input=[3])[1].array.tolist() == [3]
    _, tensors, dim = _function("cat").calculator()([[1, 2], X])
    assert tensors[0].array.tolist() == [1, 2] and tensors[1] is X and dim == 0
    # where PyTorch takes a number as such it stays one
    assert _function("mul").calculator()(X, 2)[1:] == (X, 2)
    assert _function("pow").calculator()(2, X)[1:] == (2, X)
    assert _function("mul").calculator()(X, [2, 3])[2].array.tolist() == [2, 3]


@pytest.mark.usefixtures("to_tensor")
@pytest.mark.parametrize("given", ["a", [1, "a"], [[1], [2, 3]], [X], None, {}])
def test_what_is_no_tensor_for_a_bare_name_either_gets_pytorchs_error(given: object) -> None:
    with pytest.raises(TypeError, match=r"^exp\(\): argument 'input' \(position 1\) must be Tensor, not "):
        _function("exp").calculator()(given)


@pytest.mark.usefixtures("to_tensor")
def test_the_extension_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_plans.hooks, "extension", False)
    with pytest.raises(TypeError, match="must be Tensor, not list"):
        _function("exp").calculator()([0, 1])


def _loss(input: Tensor, target: Tensor | None = None, *, scale: float = 1.0) -> tuple[Any, ...]:
    """A loss."""
    return input, target, scale


@pytest.fixture
def tables() -> Iterator[None]:
    """The registry as it was, afterwards."""
    loader.load_all()  # so that no table grows while it is read
    everything: list[dict[Any, dict[str, Any]]] = [ATTRIBUTES, NAMESPACES]
    kept = [{key: dict(table) for key, table in tables.items()} for tables in everything]
    yield
    for tables, before in zip(everything, kept):
        for key, table in tables.items():  # in place: others hold these very tables
            table.clear()
            table.update(before.get(key, {}))


@pytest.mark.usefixtures("tables", "to_tensor")
def test_a_function_that_python_checks_speaks_as_python() -> None:
    define_python("a_loss", _loss, into="F Tensor", aliases=("other_loss",))
    function = NAMESPACES["torch.nn.functional"]["a_loss"]
    method = ATTRIBUTES[Tensor]["a_loss"].call
    assert NAMESPACES["torch.nn.functional"]["other_loss"] is function
    assert function(1, scale=2) == (1, None, 2)
    assert function.doc == "A loss."
    assert repr(function).startswith("<function a_loss at 0x")
    for call, message in [
        (lambda: function(), "a_loss() missing 1 required positional argument: 'input'"),
        (lambda: function(1, 2, 3), "a_loss() takes from 1 to 2 positional arguments but 3 were given"),
        (lambda: method(X, what=1), "Tensor.a_loss() got an unexpected keyword argument 'what'"),
    ]:
        with pytest.raises(TypeError) as caught:
            call()
        assert str(caught.value) == message
    input, target, scale = function.calculator()([1, 2], target=3, scale=4)
    assert input.array.tolist() == [1, 2] and target.array.tolist() == 3 and scale == 4


@pytest.mark.usefixtures("tables")
def test_a_declaration_reaches_its_tables_under_all_its_names() -> None:
    implementation = _recorder("any")
    implementation.__doc__ = "Documented."
    define("a_name", ("(Tensor input)", implementation), into="torch linalg Tensor", aliases=("an_alias",))
    define("shown", ("(Tensor input)", implementation, "(Thing input)"), into="F", called="hidden")
    torch, linalg = NAMESPACES["torch"], NAMESPACES["torch.linalg"]
    assert repr(torch["a_name"]).startswith("<built-in method a_name of type object at 0x")
    assert repr(linalg["an_alias"]) == "<built-in function linalg_an_alias>"
    assert torch["a_name"].name == "a_name" and torch["a_name"].doc == "Documented."
    assert ATTRIBUTES[Tensor]["an_alias"].call(X) == ("any", X)
    assert ATTRIBUTES[Tensor]["an_alias"].doc == "Documented."
    for call, message in [
        (
            lambda: linalg["a_name"](1),
            "linalg_a_name(): argument 'input' (position 1) must be Tensor, not int",
        ),
        (lambda: torch["an_alias"](1), "an_alias(): argument 'input' (position 1) must be Tensor, not int"),
        (
            lambda: NAMESPACES["torch.nn.functional"]["shown"](),
            'hidden() missing 1 required positional arguments: "input"',
        ),
    ]:  # fmt: skip
        with pytest.raises(TypeError) as caught:
            call()
        assert str(caught.value) == message
    assert [schema.printed for schema in NAMESPACES["torch.nn.functional"]["shown"].schemas] == ["(Thing input)"]


def test_endlessly_many_combinations_of_types_are_not_kept() -> None:
    zeros = _function("zeros")
    for n in range(600):
        assert zeros(*[1] * (n + 1))[1] == (1,) * (n + 1)
    assert len(zeros._plans) < 600


def test_the_elements_of_a_list_of_tensors_are_named_in_the_error() -> None:
    assert tensors_of([X]) == (X,)
    with pytest.raises(TypeError, match=r"^expected Tensor as element 1 in argument 2, but got NoneType$"):
        tensors_of([X, None], 2)


def test_types_in_messages_are_pytorchs() -> None:
    with pytest.raises(TypeError, match=r"not function$"):
        _function("exp")(PythonFunction("f", _loss, "torch"))
