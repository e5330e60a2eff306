"""The text of tensors against what PyTorch 2.13 printed (``data/tensor_text.jsonl``), and properties of it.

A line of the table is one tensor: ``data`` repeated until it fills ``shape`` (a complex number is a pair),
the print options that were set, the default dtype, the suffixes, and the text.
"""

from __future__ import annotations

import json
import math
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogradcli.api.tensor import tensor_text as module
from autogradcli.api.tensor.tensor_text import get_printoptions, set_printoptions, tensor_text
from autogradcli.numerics import dtypes

TABLE = Path(__file__).parent / "data" / "tensor_text.jsonl"


def cases_by_name() -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in TABLE.read_text().splitlines():
        case = json.loads(line)
        groups[case["name"]].append(case)
    return groups


CASES = cases_by_name()


@pytest.fixture(autouse=True)
def default_settings() -> Iterator[None]:
    reset()
    yield
    reset()


def reset() -> None:
    set_printoptions(profile="default")
    dtypes.default.set(dtypes.float32)


def array_of(case: dict[str, Any]) -> np.ndarray:
    dtype = np.dtype(case["dtype"])
    if not math.prod(case["shape"]):
        return np.empty(case["shape"], dtype)
    if dtype.kind == "c":
        values = [complex(float(re), float(im)) for re, im in case["data"]]
    else:
        values = [float(v) if isinstance(v, str) else v for v in case["data"]]
    return np.resize(np.array(values, dtype), case["shape"])


@pytest.mark.parametrize("name", CASES)
def test_prints_what_pytorch_prints(name: str) -> None:
    for case in CASES[name]:
        reset()
        set_printoptions(**case.get("options", {}))
        dtypes.default.set(dtypes.NAMES[case.get("default", "float32")])
        text = tensor_text(array_of(case), **case.get("suffixes", {}))
        assert text == case["text"], {k: v for k, v in case.items() if k != "text"}


def test_the_table_is_whole() -> None:
    assert sum(map(len, CASES.values())) == 690


def test_prefix_sets_the_indentation() -> None:
    values = np.arange(4.0, dtype=np.float32).reshape(2, 2)
    assert tensor_text(values, prefix="Sub(") == "Sub([[0., 1.],\n     [2., 3.]])"


def test_indent_moves_all_lines_but_the_first() -> None:
    values = np.arange(6.0).reshape(2, 3)
    set_printoptions(linewidth=40)
    plain = tensor_text(values, grad_fn="LinalgVectorNormBackward0")
    set_printoptions(linewidth=44)
    moved = tensor_text(values, grad_fn="LinalgVectorNormBackward0", indent=4)
    assert moved == plain.replace("\n", "\n    ")
    assert plain.count("\n") >= 2
    for length in range(1, 30):
        row = np.arange(length) % 2 == 1
        set_printoptions(linewidth=80)
        plain = tensor_text(row, grad_fn="MulBackward0")
        set_printoptions(linewidth=84)
        assert tensor_text(row, grad_fn="MulBackward0", indent=4) == plain.replace("\n", "\n    ")


def test_strided_and_reversed_arrays_print_as_their_copies() -> None:
    values = np.arange(24.0).reshape(4, 6)
    for view in (values.T, values[::-2, ::3], np.broadcast_to(values[0], (3, 6))):
        assert tensor_text(view) == tensor_text(view.copy())


def test_profile_comes_before_single_options_and_sci_mode_is_always_set() -> None:
    set_printoptions(linewidth=50, sci_mode=True)
    assert get_printoptions() == {
        "precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 50, "sci_mode": True,
    }  # fmt: skip
    set_printoptions(profile="short", precision=5)
    assert get_printoptions() == {
        "precision": 5, "threshold": 1000, "edgeitems": 2, "linewidth": 80, "sci_mode": None,
    }  # fmt: skip
    set_printoptions(profile="unheard of")
    assert get_printoptions()["precision"] == 5


def test_a_refused_precision_changes_nothing() -> None:
    before = get_printoptions()
    with pytest.raises(ValueError, match="at most"):
        set_printoptions(precision=module.MAX_PRECISION + 1, linewidth=20, profile="short")
    with pytest.raises(TypeError, match="not str"):
        set_printoptions(precision="9", linewidth=20)  # type: ignore[arg-type]
    assert get_printoptions() == before


def test_negative_settings_fail_as_in_pytorch() -> None:
    set_printoptions(precision=-1)
    assert tensor_text(np.array([1, 2])) == "tensor([1, 2])"
    with pytest.raises(ValueError, match="Format specifier missing precision"):
        tensor_text(np.array([1.5]))
    set_printoptions(profile="default", edgeitems=-1, threshold=2)
    with pytest.raises(RuntimeError, match="stack expects a non-empty TensorList"):
        tensor_text(np.ones((2, 2)))


def test_no_warning_escapes() -> None:
    signalling = np.array([0x7FA00000, 0x7F800000, 1, 0x7F7FFFFF], np.uint32).view(np.float32)
    with warnings.catch_warnings(), np.errstate(all="warn"):
        warnings.simplefilter("error")
        tensor_text(signalling)
        tensor_text(np.array([np.nan, 1.7e308, 5e-324]))
        tensor_text(np.array([65504, 6e-8], np.float16))


shapes = st.lists(st.integers(1, 6), max_size=4).map(tuple)


def numbers_in(text: str) -> list[float]:
    body = text.removeprefix("tensor(").removesuffix(")")
    return [float(word) for word in body.replace("[", " ").replace("]", " ").replace(",", " ").split()]


@given(st.data(), shapes, st.integers(0, 8), st.sampled_from([None, True]))
def test_printed_numbers_parse_back_close_to_the_data(
    data: st.DataObject, shape: tuple[int, ...], precision: int, sci_mode: bool | None
) -> None:
    set_printoptions(profile="default", precision=precision, threshold=math.inf, sci_mode=sci_mode)
    size = math.prod(shape)
    values = data.draw(st.lists(st.floats(), min_size=size, max_size=size))
    dtypes.default.set(dtypes.float64)
    text = tensor_text(np.array(values).reshape(shape))
    printed = numbers_in(text)
    half_unit = 0.5001 * 10.0**-precision
    scientific = "e" in text.removeprefix("tensor")
    relative, absolute = (half_unit, 0.0) if scientific else (1e-15, half_unit)
    for shown, value in zip(printed, values, strict=True):
        if math.isfinite(shown):
            assert math.isclose(shown, value, rel_tol=relative, abs_tol=absolute)
            assert math.copysign(1, shown) == math.copysign(1, value)
        else:
            # Rounding the largest doubles to few digits may give a number that none can hold.
            assert shown == value or (math.isnan(shown) and math.isnan(value)) or abs(value) > 1e308


@given(
    st.data(),
    shapes,
    st.integers(10, 120),
    st.sampled_from([st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6), st.floats()]),
)
def test_lines_keep_to_the_linewidth(
    data: st.DataObject, shape: tuple[int, ...], linewidth: int, elements: st.SearchStrategy[float]
) -> None:
    set_printoptions(profile="default", linewidth=linewidth)
    size = math.prod(shape)
    values = data.draw(st.lists(elements, min_size=size, max_size=size))
    # Only finite nonzero numbers count for the width of a column, so others may stick out.
    values = [value if value and math.isfinite(value) else 1 for value in values]
    for line in tensor_text(np.array(values).reshape(shape), requires_grad=True).splitlines():
        if "requires_grad" in line:
            # With two suffixes PyTorch itself goes one past the width: it forgets the closing bracket.
            assert len(line) <= linewidth + 1 or line.strip() == "requires_grad=True)"
        else:
            elements_part = line.rstrip("],")
            assert len(elements_part) < linewidth or "," not in elements_part


@given(st.integers(1, 400), st.integers(0, 30), st.integers(1, 4))
def test_summary_shows_the_ends_and_only_above_the_threshold(size: int, threshold: int, edge: int) -> None:
    set_printoptions(profile="default", threshold=threshold, edgeitems=edge, linewidth=10**6)
    words = tensor_text(np.arange(size)).removeprefix("tensor([").removesuffix("])").split(", ")
    if size > threshold and size > 2 * edge:
        assert words[edge].strip() == "..."
        shown = words[:edge] + words[edge + 1 :]
        assert [int(word) for word in shown] == [*range(edge), *range(size - edge, size)]
    else:
        assert [int(word) for word in words] == list(range(size))
