"""What is computed in another way once an array is large: the same numbers, as far as anybody reads them."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from autogradcli.numerics import blocks, rows
from autogradcli.numerics.random.mersenne import MersenneTwister, seeded_key
from autogradcli.numerics.summation import sums_of_rows
from autogradcli.operations.elementwise import gamma
from autogradcli.operations.reduce import ordering, statistics


def test_erf_keeps_its_tails() -> None:
    x = np.linspace(-5, 5, 5_001, dtype=np.float32)
    exact = np.array([math.erf(v) for v in x.tolist()])
    assert np.abs(gamma.erf(x) - exact).max() < 2.5e-7
    assert np.abs(gamma.erf(x) - exact)[x < -2].max() < 1.2e-7
    assert np.isnan(gamma.erf(np.full(2_000, np.nan, np.float32))).all()


def test_numpys_engine_goes_on_where_ours_was() -> None:
    """Draws of any size give one stream, whoever makes the words."""
    many = MersenneTwister(seeded_key(7)).words(400_000)  # more than once pays for NumPy's
    twister = MersenneTwister(seeded_key(7))
    parts = [twister.words(count) for count in (3, 5_000, 623, 200_000, 1, 624)]
    found = np.concatenate(parts)
    assert found.tobytes() == many[: found.size].tobytes()


@pytest.mark.parametrize("shape", [(3_000, 7), (1_200, 1), (40, 50, 130), (2_000, 5_000)])
def test_sums_and_moments_of_rows(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    wide = x.astype(np.float64)
    np.testing.assert_allclose(sums_of_rows(x)[..., 0], wide.sum(-1), rtol=1e-4, atol=1e-3)
    mean, squares = statistics._moments(x.reshape(-1, shape[-1]))
    np.testing.assert_allclose(mean, wide.mean(-1).reshape(-1), atol=1e-12)
    np.testing.assert_allclose(squares, (wide.var(-1) * shape[-1]).reshape(-1), rtol=1e-9, atol=1e-12)
    assert not np.signbit(sums_of_rows(np.full((2_000, 9), -0.0, np.float32))).any()


def test_products_of_others_where_one_is_zero() -> None:
    from autogradcli.session import Session

    session = Session()
    assert session.run(
        "import torch\nx = torch.ones(100, 60)\nx[3, 0] = 0\nx[4, 1] = 2\n"
        "x.requires_grad_()\nx.prod(0).sum().backward()\n"
        "assert x.grad[3, 0] == 1 and x.grad[5, 0] == 0 and x.grad[4, 1] == 1 and x.grad[5, 1] == 2",
        print,
    )


@pytest.mark.parametrize(
    "program", ["x @ x", "torch.linalg.eigh(x @ x.T)", "torch.nn.functional.conv1d(x[None], x[:, :, None])"]
)
def test_products_take_one_thread_unless_they_are_large(program: str) -> None:
    """Threads that wait for each other by spinning wait for whoever else computes on the machine."""
    code = (
        "import ctypes\nfrom numpy._core import _multiarray_umath as m\nfrom autogradcli.session import Session\n"
        f"assert Session().run('import torch; x = torch.randn(200, 200); y = {program}', print)\n"
        "library = ctypes.CDLL(m.__file__)\n"
        "names = [n for n in ('scipy_openblas_get_num_threads64_', 'openblas_get_num_threads')"
        " if hasattr(library, n)]\n"
        "print(*[getattr(library, n)() for n in names])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "2"},
    )  # fmt: skip
    assert set(done.stdout.split()) <= {"1"}  # empty where the library is another


_X = "x = (torch.arange(240_000) * 7_919 % 24_001).float().reshape(480, 500) / 24_001 - 0.3\n"
_P = "p = (torch.arange(60_000) * 31 % 480).reshape(120, 500)\ng = torch.linspace(-1, 1, 60_000).reshape(120, 500)\n"
_GRAD = "def grad(f, x):\n    x = x.detach().clone().requires_grad_()\n    f(x).backward()\n    return x.grad\n"
_NEAR = "def near(a, b, r=1e-5):\n    assert torch.allclose(a.double(), b.double(), rtol=r, atol=r), (a, b)\n"

#: What is computed in another way for many numbers, and a second way to the same.
_TWO_WAYS = {
    "running sums": """
for d in (0, 1):
    near(x.cumsum(d), x.double().cumsum(d), 1e-4)
    w = torch.linspace(0, 1, 240_000).reshape(480, 500)
    near(grad(lambda x: (x.cumsum(d) * w).sum(), x), grad(lambda x: (x.cumsum(d) * w).sum(), x.double()), 1e-4)
    near(grad(lambda x: x.cumsum(d).mean(), x), grad(lambda x: x.cumsum(d).mean(), x.double()))
y = x.clone()
y[3, 40] = math.inf
y[4, 7] = math.nan
for d in (0, 1):
    assert torch.equal(y.cumsum(d).isfinite(), y.double().cumsum(d).isfinite())
""",
    "running products": """
y = x * 0.01 + 1
near(grad(lambda x: x.cumprod(0)[:20].sum(), y), grad(lambda x: x.cumprod(0)[:20].sum(), y.double()), 1e-4)
""",
    "products": """
y = x * 0.01 + 1
for d in (0, 1):
    near(y.prod(d), y.double().prod(d), 1e-4)
    near(grad(lambda x: x.prod(d).sum(), y), grad(lambda x: x.prod(d).sum(), y.double()), 1e-4)
y = x * 1e-5 + 1
near(y.prod() / y.double().prod(), torch.ones(()), 1e-2)
z = torch.full((100, 50), 1e20)
assert grad(lambda x: x.prod(0).sum(), z).isinf().all()
""",
    "moments and norms": """
for d in (0, 1, None):
    for f in (torch.var, torch.std, torch.linalg.vector_norm):
        call = lambda x: f(x).sum() if d is None else f(x, dim=d).sum()
        near(call(x), call(x.double()), 1e-5)
        near(grad(call, x), grad(call, x.double()), 1e-6)
assert grad(lambda x: x.norm(dim=1).sum(), x * 0).eq(0).all()
""",
    "extremes that are alone or tie": """
for d in (0, 1):
    y = x.clone()
    y[:, 2] = y[:, 5]
    for y in (x, y):
        near(grad(lambda x: (x.amax(d) * 3).sum(), y), grad(lambda x: (x.amax(d) * 3).sum(), y[:, :].double()))
y = x.clone()
y[3, 40] = math.nan
assert not grad(lambda x: x.amax(1).sum(), y)[3].isfinite().all()
""",
    "medians, ranks and the largest": """
y = (x * 50).round()
for d in (0, 1):
    for y in (x, y):
        s = y.sort(dim=d, stable=True)
        n = y.shape[d]
        m = y.median(dim=d)
        assert torch.equal(m.indices, s.indices.select(d, (n - 1) // 2))
        assert torch.equal(y.kthvalue(30, dim=d).values, s.values.select(d, 29))
        assert torch.equal(y.topk(9, dim=d).values, y.sort(dim=d, descending=True).values.narrow(d, 0, 9))
        assert torch.equal(y.topk(n - 2, dim=d, largest=False).values, s.values.narrow(d, 0, n - 2))
    t = x.topk(9, dim=d)
    assert torch.equal(x.gather(d, t.indices), t.values)
x[5, 6] = x[5, 9] = math.nan
assert x.median(dim=1).indices[5] == 6
assert x.topk(2, dim=1).values[5].isnan().all() and x.kthvalue(499, dim=1).values[5].isnan()
""",
    "elements along a dimension": """
c = torch.arange(500).expand(120, 500)
assert torch.equal(x.gather(0, p), x[p, c])
q = p.T.contiguous()
assert torch.equal(x.T.gather(1, q), x[q, torch.arange(500)[:, None]])
near(torch.zeros(480, 500).scatter_add(0, p, g), torch.zeros(480, 500).index_put((p, c), g, accumulate=True))
near(x.scatter_add(0, p, g), x.index_put((p, c), g, accumulate=True))
near(grad(lambda x: (x.gather(0, p) * g).sum(), x), torch.zeros(480, 500).scatter_add(0, p, g))
assert grad(lambda x: x.scatter(0, p, g).sum(), x).sum() == 240_000 - len(torch.unique(p * 500 + c))
assert torch.equal(x.expand(3, 480, 500).gather(0, p.expand(1, 120, 500) % 3), x[None, :120])
for r in ('amax', 'amin', 'prod', 'mean'):
    a = torch.ones(480, 500).scatter_reduce(0, p, g, r)
    b = torch.ones(480, 500).T.scatter_reduce(1, q, g.T, r).T
    near(a, b)
try:
    x.gather(0, p + 1)
except RuntimeError as e:
    print(e)
    assert 'index 480 is out of bounds' in str(e)
""",
    "parts along a dimension": """
i = torch.arange(700) * 7 % 480
j = torch.arange(90) * 3 % 100
one = torch.nn.functional.one_hot(j, 500).float()
s = x[:, :90].contiguous()
near(torch.zeros(480, 500).index_add(1, j, s), s @ one)
near(grad(lambda x: (x.index_select(1, j) * s).sum(), x), s @ one)
near(grad(lambda x: (x[:, j] * s).sum(), x), s @ one)
w = torch.linspace(-1, 1, 350_000).reshape(700, 500)
one = torch.nn.functional.one_hot(i, 480).float()
for f in (lambda x: x[i], lambda x: x[i - 480], lambda x: x.index_select(0, i)):
    near(grad(lambda x: (f(x) * w).sum(), x), one.T @ w, 1e-4)
k = torch.arange(700) % 500
assert torch.equal(x[i, k], x.flatten()[i * 500 + k])
b = torch.zeros(240_000).index_add(0, i * 500 + k, w[:, 0])
near(grad(lambda x: (x[i, k] * w[:, 0]).sum(), x), b.view(480, 500))
near(torch.zeros(480, 500).index_reduce(0, i[:480] // 2, x, 'amax', include_self=False),
     torch.zeros(480, 500).scatter_reduce(0, (i[:480] // 2)[:, None].expand(480, 500), x, 'amax', include_self=False))
""",
    "masks": """
m = (torch.arange(240_000) * 31 % 7 < 3).view(480, 500)
x[0, 0] = math.nan
x[0, 1] = -math.inf
x[0, 2] = -0.0
w = torch.where(m, x, 2.0)
assert torch.equal(w[m].nan_to_num(7.0), x[m].nan_to_num(7.0)) and w[~m].eq(2).all()
assert torch.equal(x.masked_fill(m, 5.0)[~m].nan_to_num(7.0), x[~m].nan_to_num(7.0))
assert torch.equal(grad(lambda x: (x[m] * 3).sum(), x), m * 3.0)
assert torch.equal(grad(lambda x: (x.masked_select(m) * 3).sum(), x), m * 3.0)
for s in (0.1, 1.5, -0.5):
    assert torch.equal(torch.nn.functional.leaky_relu(x[1:], s), torch.where(x[1:] > 0, x[1:], x[1:] * s))
""",
    "rows of a table": """
F = torch.nn.functional
i = (torch.arange(6_400) * 37 % 480).reshape(64, 100)
t = x.repeat(1, 1)
for m in ('sum', 'mean', 'max'):
    f = lambda t: F.embedding_bag(i, t, mode=m)
    h = lambda t: getattr(F.embedding(i, t), 'amax' if m == 'max' else m)(1)
    near(f(t), h(t), 1e-4)
    near(grad(lambda t: (f(t) ** 2).sum(), t), grad(lambda t: (h(t) ** 2).sum(), t), 1e-3)
n = torch.bincount(i.flatten(), minlength=480)
near(grad(lambda t: F.embedding(i, t).mean(1).sum(), t), n[:, None].expand(480, 500) / 100)
""",
    "remainders": """
a = torch.arange(-3_000, 3_000) * 1_000_003
for n in (7, -7, 1_009, 2**31, 2**40):
    for b in (a, a.abs(), a % 1_000):
        assert (b % n).tolist() == [v % n for v in b.tolist()]
""",
}


@pytest.mark.parametrize("name", _TWO_WAYS)
def test_a_second_way_to_the_same(name: str) -> None:
    """Twice: the second time SciPy's sparse products are there."""
    from autogradcli.session import Session

    failed: list[object] = []
    for _ in range(2):
        text = "import math\nimport torch\n" + _NEAR + _GRAD + _X + _P + _TWO_WAYS[name]
        assert Session().run(text, failed.append), failed
        import scipy.sparse  # noqa: F401


def test_a_hook_sees_an_ordinary_gradient() -> None:
    """Where one of each is computed, a program may change what it is given all the same."""
    from autogradcli.session import Session

    text = """
import torch
x = torch.ones(400, 500, requires_grad=True)
y = x * 1
y.register_hook(lambda g: g.mul_(2))
y.mean().backward()
assert x.grad.is_contiguous() and torch.allclose(x.grad, torch.full((400, 500), 2 / 200_000))
x.grad += 1
z = x * 1
(g,) = torch.autograd.grad(z.mean(0).sum(), z)
g += 1
assert g.is_contiguous() and torch.allclose(g, torch.full((400, 500), 1 + 1 / 400))
x.grad = None
y = x * 1
m = y.mean(1)
h = m.grad_fn.register_hook(lambda after, before: [g.mul_(2) for g in after] and None)
y.grad_fn.register_prehook(lambda gradients: [g.mul_(2) for g in gradients] and None)
m.sum().backward()
assert torch.allclose(x.grad, torch.full((400, 500), 4 / 500))
"""
    failed: list[object] = []
    assert Session().run(text, failed.append), failed


def test_a_dropped_session_leaves_nothing() -> None:
    import gc
    import weakref

    from autogradcli.session import Session

    session = Session()
    assert session.run("import torch\nx = torch.ones(3, requires_grad=True)\n(x * 2).sum().backward()", print)
    array = weakref.ref(session.variables["x"].array)
    gc.disable()
    try:
        del session
        assert array() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("width", [2, 64, 300])
def test_rows_in_one_line(width: int) -> None:
    """Largest elements by their places, and a number for each row written along it: what NumPy's reductions give."""
    x = np.random.default_rng(1).standard_normal((4, 600, width)).astype(np.float32)
    x[0, 1, 1] = np.nan
    x[1, 2] = -np.inf
    x[2, 3, 0] = np.inf
    column = rows.largest(x, -1)
    assert np.array_equal(column, x.max(-1, keepdims=True), equal_nan=True)
    with np.errstate(invalid="ignore"):
        for ufunc in (np.subtract, np.multiply):
            wanted = ufunc(x, column)
            assert np.array_equal(rows.with_column(ufunc, x, column), wanted, equal_nan=True)
            y = x.copy()
            assert rows.with_column(ufunc, y, column, y) is y and np.array_equal(y, wanted, equal_nan=True)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.int32])
@pytest.mark.parametrize("at", [0, 1])
def test_a_sort_is_stable(at: int, dtype: type, descending: bool) -> None:
    """With NaN the largest, both zeros equal, and equal elements in the order in which they were."""
    draw = np.random.default_rng(1)
    x = draw.integers(-5, 5, (90, 120)).astype(dtype)
    if dtype is np.float32:
        x[draw.random(x.shape) < 0.1] = -0.0
        x[draw.random(x.shape) < 0.1] *= np.float32(1e37)
        x[draw.random(x.shape) < 0.1] = np.nan
        x[draw.random(x.shape) < 0.1] = -np.float32(np.nan)
        x[0, 0], x[1, 1] = np.inf, -np.inf
    ranks = np.unique(x + dtype(0), return_inverse=True)[1].reshape(x.shape)  # all NaNs are one
    expected = np.argsort(-ranks if descending else ranks, at, kind="stable")
    np.testing.assert_array_equal(ordering.stable_order(x, at, descending), expected)
    small = x[:10, :10].copy()
    ranks = np.unique(small + dtype(0), return_inverse=True)[1].reshape(small.shape)
    expected = np.argsort(-ranks if descending else ranks, at, kind="stable")
    np.testing.assert_array_equal(ordering.stable_order(small, at, descending), expected)


@pytest.mark.parametrize(("pause", "shared"), [(0.0, False), (0.002, True)])
def test_threads_share_blocks_whose_steps_are_long(monkeypatch: pytest.MonkeyPatch, pause: float, shared: bool) -> None:
    """Short steps would only hand Python's lock to and fro."""
    monkeypatch.setattr(blocks, "_threads", lambda: 2)
    done: dict[int, int] = {}

    def work(k: int, begin: int, end: int) -> None:
        until = time.thread_time() + pause
        while time.thread_time() < until:
            pass
        if k > 1:
            time.sleep(0.002)  # so that the other thread has its turn
        done[k] = threading.get_ident()

    blocks.over_blocks(1 << 20, work, 1)
    assert sorted(done) == list(range((1 << 20) // blocks.BLOCK))
    assert done[0] == done[1] == threading.get_ident()
    assert (len(set(done.values())) > 1) == shared
