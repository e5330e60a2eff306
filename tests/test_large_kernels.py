"""What is computed in another way once an array is large: the same numbers, as far as anybody reads them."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import numpy as np
import pytest

from autogradcli.numerics.random.mersenne import MersenneTwister, seeded_key
from autogradcli.numerics.summation import sums_of_rows
from autogradcli.operations.elementwise import gamma
from autogradcli.operations.reduce import statistics


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
