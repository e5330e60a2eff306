"""What the language does step by step where it is long does the same as Python's one call."""

from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogradcli.language.values import at_length
from autogradcli.language.values.budget import budget
from autogradcli.language.values.checked_operators import BINARY, IN_PLACE, contains
from autogradcli.language.values.python_types import _count, _index, _remove


@pytest.fixture(autouse=True, scope="module")
def _everything_is_long() -> Any:
    kept = {name: getattr(at_length, name) for name in ("FEW", "MANY", "STEPS", "BLOCK")}
    at_length.FEW = at_length.MANY = at_length.STEPS = 0
    at_length.BLOCK = 3
    budget.start(None)
    yield
    for name, value in kept.items():
        setattr(at_length, name, value)


def outcome(call: Any, *args: Any, **kwargs: Any) -> Any:
    try:
        return call(*args, **kwargs)
    except (TypeError, ValueError) as error:
        return type(error), str(error)


KEYS = st.one_of(st.integers(0, 3), st.sampled_from(["a", "b"]), st.tuples(st.integers(0, 1)))
VALUES = st.recursive(
    st.one_of(st.integers(0, 2), st.floats(0, 1), st.sampled_from(["", "a", "aa"]), st.sets(KEYS, max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.lists(inner, max_size=3).map(tuple), st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=6,
)
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@given(VALUES, VALUES)
def test_comparison(a: Any, b: Any) -> None:
    for operate in COMPARISONS:
        for x, y in ((a, b), ([a], [b]), ((a, b), (b, a)), ([a, b], [a])):
            if type(x) in at_length.CONTAINERS and type(y) in at_length.CONTAINERS:
                assert outcome(at_length.compare, operate, x, y) == outcome(operate, x, y)
            if type(x) is type(y) is dict:
                for view in (dict.keys, dict.items):
                    wanted = outcome(operate, view(x), view(y))
                    if "unhashable" not in str(wanted):
                        assert outcome(at_length.compare, operate, view(x), view(y)) == wanted


SETS = st.sets(KEYS, max_size=6)


@given(SETS, SETS)
def test_sets(a: set[Any], b: set[Any]) -> None:
    for name, method in at_length.SET_METHODS.items():
        for other in (b, list(b)):
            mine, its = a.copy(), a.copy()
            assert method(mine, other) == getattr(its, name)(other), name
            assert mine == its, name
    for table in (BINARY, IN_PLACE):
        for node, operate in table.items():
            plain = {"BitAnd": "__and__", "BitOr": "__or__", "BitXor": "__xor__", "Sub": "__sub__"}.get(node.__name__)
            if plain is not None:
                mine = a.copy()
                result = operate(mine, b)
                assert result == getattr(a, plain)(b) and (result is mine) == (table is IN_PLACE)


@given(st.dictionaries(KEYS, st.integers()), st.dictionaries(KEYS, st.integers()))
def test_dicts(a: dict[Any, int], b: dict[Any, int]) -> None:
    for pairs in (b, list(b.items())):
        mine = a.copy()
        at_length.put_all(mine, pairs)
        assert list(mine.items()) == list((a | b).items())
    for operate in (operator.or_, operator.ior):
        merged = at_length.merge(operate, operate is operator.ior)(a.copy(), b)
        assert list(merged.items()) == list((a | b).items())


@given(st.lists(VALUES, max_size=6), VALUES, st.integers(-7, 7), st.integers(-7, 7))
def test_searches(values: list[Any], value: Any, start: int, stop: int) -> None:
    for kind in (list, tuple):
        held = kind(values)
        assert contains(held, value) == (value in held)
        assert _count(held, value) == held.count(value)
        mine, its = outcome(_index, held, value, start, stop), outcome(held.index, value, start, stop)
        assert mine == its or mine[0] is its[0]
    mine, its = list(values), list(values)
    assert outcome(_remove, mine, value) == outcome(its.remove, value) and mine == its


@given(
    st.one_of(st.lists(st.floats(0, 3)), st.lists(st.text("ab", max_size=3)), st.lists(st.integers())), st.booleans()
)
def test_sorting(values: list[Any], reverse: bool) -> None:
    for rank in (None, lambda value: value == values[0]):
        mine = list(values)
        at_length.sort(mine, rank, reverse)
        assert list(map(id, mine)) == list(map(id, sorted(values, key=rank, reverse=reverse)))


PLACE = st.one_of(st.none(), st.integers(-9, 9))


@given(st.text("ab", max_size=9), st.text("abc", max_size=3), PLACE, PLACE, st.integers(-1, 4))
def test_texts(text: str, part: str, start: int | None, stop: int | None, most: int) -> None:
    for name in ("strip", "lstrip", "rstrip", "rpartition", "rfind", "rindex"):
        method = at_length.TEXT_METHODS[name]
        assert outcome(method, text, part) == outcome(getattr(text, name), part), name
    for name in ("rfind", "rindex"):
        wanted = outcome(getattr(text, name), part, start, stop)
        assert outcome(at_length.TEXT_METHODS[name], text, part, start, stop) == wanted
    assert outcome(at_length.rsplit, text, part, most) == outcome(text.rsplit, part, most)
    assert outcome(at_length.rsplit, text, sep=part, maxsplit=most) == outcome(text.rsplit, part, most)
