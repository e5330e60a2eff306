"""Every operation for all rows of a ``vmap`` at once is the same as row by row, and few go row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from operation_samples import Samples

from autogradcli.engine.levels import vmap as levels
from autogradcli.engine.levels.base import layer_of
from autogradcli.engine.levels.vmap import VmapLevel, batched, row_by_row, rows_first
from autogradcli.engine.operation import OPERATIONS, Operation
from autogradcli.engine.tensor import Tensor, wrap
from autogradcli.numerics.random.generator import default_generator
from autogradcli.operations.batch import rules as rules  # fills the table

ROWS = 3

#: Operations without examples that take no floating numbers.
OF_INTEGERS = {"gcd", "lcm", "one_hot", *(name for name in OPERATIONS if name.startswith("bitwise_"))}

#: What has no rule for all rows, and why. An entry that isn't needed fails the test.
ROW_BY_ROW = {
    **dict.fromkeys(
        ("bernoulli", "poisson", "bernoulli_values", "bernoulli_values1", "bernoulli_values2", "cauchy_values",
         "exponential_values", "geometric_values", "log_normal_values", "normal_values", "random_values",
         "random_values1", "random_values2", "uniform_values"),
        "a draw: which rows share it is decided before (engine/levels/random_rows.py)",
    ),
    **dict.fromkeys(("masked_scatter", "masked_scatter_backward"), "how many elements a row takes depends on its mask"),
    **dict.fromkeys(
        ("block_diag", "renorm", "histc", "histogram", "histogram_of_points", "pdist", "unique_dim", "linalg_lstsq"),
        "rare, and of few rows",
    ),
    **dict.fromkeys(("embedding_bag", "embedding_max_backward", "embedding_max_picked"), "bags differ in length"),
    **dict.fromkeys(("refuse_zeros", "without_second"), "only where a second derivative of a product meets zeros"),
    "ctc_loss_backward": "sequences differ in length",
    **dict.fromkeys(
        ("sparse_dense", "sparse_mm", "sparse_mv", "sparse_product", "sparse_sums"),
        "of sparse tensors, which have no rows",
    ),
    "trilinear_outer": "the gradient of a bilinear layer's weight is summed over each row's own batch",
}  # fmt: skip

#: What a rule doesn't take: operation and operand that differs from row to row.
NOT_ALONE = {
    ("index_reduce", "index"): "no operation reduces by indices of each row's own",
    ("isin", "test_elements"): "sets of different elements",
    ("multi_margin_loss", "weight"): "rare",
    ("nll_loss", "weight"): "rare",
    ("trilinear", "weight"): "rare",
}


def calls_of(op: Operation) -> list[list[tuple[Any, ...]]]:
    """The examples of a declaration, each once for every row."""
    op.parse()
    if isinstance(op.examples, str):
        return []
    columns = []
    for k in range(ROWS):
        r = Samples(op.name + (str(k) if k else ""))
        if op.examples is not None:
            calls = [c if isinstance(c, tuple) else (c,) for c in op.examples(r)]
        elif any(p.kind not in ("tensor", "index") and not p.has_default for p in op.params):
            return []
        else:
            needed = [p for p in op.params if p.kind in ("tensor", "index") and not p.has_default]
            calls = [tuple(r.index((2, 3), 9) if op.name in OF_INTEGERS else r(2, 3) for _ in needed)]
        columns.append([(*c, *[p.default for p in op.params[len(c) :]]) for c in calls])
    return [list(rows) for rows in zip(*columns, strict=True)]


def operands(args: Sequence[Any]) -> list[int]:
    """Where among the arguments tensors are, or lists of them."""
    return [
        k for k, a in enumerate(args)
        if isinstance(a, Tensor) or (isinstance(a, (list, tuple)) and any(isinstance(t, Tensor) for t in a))
    ]  # fmt: skip


def together(level: VmapLevel, values: Sequence[Any], bdim: int) -> Any:
    """An argument that differs from row to row."""
    if isinstance(values[0], (list, tuple)):
        return [together(level, column, bdim) for column in zip(*values, strict=True)]
    if values[0] is None:
        return None
    at = min(bdim, values[0].array.ndim)
    return batched(level, wrap(np.stack([v.array for v in values], at)), at)


def ways(op: Operation) -> Iterator[tuple[list[tuple[Any, ...]], list[int], int]]:
    """Calls, which operands differ from row to row, and where the hidden dimension lies."""
    for rows in calls_of(op):
        places = operands(rows[0])
        for which in ([places], *([[k]] for k in places if len(places) > 1)):
            for bdim in (0, 1):
                yield rows, which[0], bdim


def arrays(found: Any, level: VmapLevel) -> list[np.ndarray]:
    several = found if isinstance(found, (tuple, list)) else [found]
    return [rows_first(layer).array for layer in (layer_of(t, level) for t in several) if layer is not None]


def refused(op: Operation, level: VmapLevel, args: tuple[Any, ...]) -> str:
    """What is said row by row."""
    with pytest.raises((RuntimeError, ValueError)) as caught:
        row_by_row(op, level, args)
    return str(caught.value)


def differing(op: Operation, which: Sequence[int]) -> str:
    return " ".join(op.params[k].name for k in which)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_all_rows_at_once_is_row_by_row(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    op = OPERATIONS[name].parse()
    slow: list[str] = []
    went: list[bool] = []

    def noted(*args: Any) -> Any:
        went.append(True)
        return row_by_row(*args)

    monkeypatch.setattr(levels, "row_by_row", noted)
    with np.errstate(all="ignore"):
        for rows, which, bdim in ways(op):
            with VmapLevel(ROWS, "different") as level:
                args = tuple(
                    together(level, [row[k] for row in rows], bdim) if k in which else a for k, a in enumerate(rows[0])
                )
                went.clear()
                default_generator.manual_seed(0)
                try:
                    found = op.call(*args)
                except (RuntimeError, ValueError) as error:
                    assert "vmap: " in str(error) or str(error) == refused(op, level, args)
                    continue
                if went:
                    slow.append(differing(op, which))
                    continue
                want = row_by_row(op, level, args)
                several = isinstance(want, (tuple, list))
                got = arrays(found, level)
                assert len(got) == (len(want) if several else 1)
                for a, t in zip(got, want if several else [want], strict=True):
                    b = t.array
                    assert (a.shape, a.dtype) == (b.shape, b.dtype), differing(op, which)
                    np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12, err_msg=differing(op, which))
    all_ways = {differing(op, which) for _, which, _ in ways(op)}
    if name in ROW_BY_ROW:
        assert set(slow) == all_ways, f"not only row by row: {all_ways - set(slow)}"
        return
    exempt = {which for which in all_ways if any((name, operand) in NOT_ALONE for operand in which.split())}
    assert set(slow) == exempt, f"row by row: {set(slow) - exempt}; not any more: {exempt - set(slow)}"
