"""Random numbers against what PyTorch 2.13 drew on the CPU (``data/random.json``), and properties of them.

A sequence of the table is a seed, calls with what each gave, and the digest of the state after them (without
the number that waits, a float64: the next call shows it). Results of more than forty numbers are kept as a
digest and their last three.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogradcli.engine.state import state
from autogradcli.numerics.random import counts as random_counts
from autogradcli.numerics.random import gamma as random_gamma
from autogradcli.numerics.random import sampling as random_sampling
from autogradcli.numerics.random.draws import DEFAULT_SEED
from autogradcli.numerics.random.generator import Generator, default_generator

TABLE = json.loads((Path(__file__).parent / "data" / "random.json").read_text())
WAITING = slice(5024, 5032)  # the bytes of the state that hold the number that waits

#: Calls whose values involve no function of the C library: they are the same on every machine.
PURE = {"rand", "uniform_", "random_", "randint", "randperm", "bernoulli", "bernoulli_"}

Call = dict[str, Any]


def argument(value: Any) -> Any:
    if isinstance(value, dict):
        return np.array(value["values"], value["dtype"]).reshape(value["shape"])
    return value


def perform(generator: Generator, call: Call) -> np.ndarray:
    name, dtype = call["call"], call.get("dtype", "float32")
    shape = tuple(call.get("shape", ()))
    args = [argument(value) for value in call.get("args", [])]
    if name in ("rand", "randn"):
        return getattr(generator, name)(shape, dtype)
    if name == "randint":
        return generator.randint(*args, shape, dtype)
    if name == "randperm":
        return generator.randperm(*args, dtype)
    if name == "bernoulli":
        return generator.bernoulli(*args)
    for module in (random_sampling, random_counts):
        if hasattr(module, name):
            return getattr(module, name)(generator, *args)
    out = np.zeros(shape, dtype)
    if "axes" in call:
        out = out.transpose(call["axes"])
    assert getattr(generator, name)(out, *args) is out
    return out


def is_exact(call: Call, size: int) -> bool:
    """Whether the values come without the C library's functions, so that no bit may differ anywhere."""
    if call["call"] in PURE:
        return True
    blocks = call["call"] in ("randn", "normal_") and size >= 16 and "axes" not in call
    return blocks and call.get("dtype") in ("float16", "float32", "complex64")


def assert_gives(call: Call, result: np.ndarray) -> None:
    gives = call["gives"]
    assert (result.dtype.name, list(result.shape)) == (gives["dtype"], gives["shape"])
    flat = np.ascontiguousarray(result).reshape(-1)
    if flat.dtype.kind == "c":
        flat = flat.view(flat.real.dtype)
    exact = is_exact(call, result.size)
    if "sha256" in gives:
        if exact:
            assert hashlib.sha256(flat.tobytes()).hexdigest() == gives["sha256"]
        flat, expected = flat[-3:], np.array(gives["last"], flat.dtype)
    else:
        expected = np.array(gives["values"], flat.dtype)
    if exact or flat.dtype.kind != "f":
        np.testing.assert_array_equal(flat, expected)
    elif flat.size:
        np.testing.assert_array_max_ulp(flat, expected, 2)


@pytest.mark.parametrize("sequence", TABLE["sequences"], ids=lambda s: f"{s['seed']}-{s['calls'][0]['call']}")
def test_draws(sequence: dict[str, Any]) -> None:
    generator = Generator().manual_seed(sequence["seed"])
    for call in sequence["calls"]:
        assert_gives(call, perform(generator, call))
    after = generator.get_state()
    after[WAITING] = 0
    assert hashlib.sha256(after.tobytes()).hexdigest() == sequence["state"]


@pytest.mark.parametrize("call", TABLE["errors"], ids=lambda c: f"{c['call']}-{c['message'][:40]}")
def test_refusals(call: Call) -> None:
    with pytest.raises((RuntimeError, ValueError)) as caught:
        perform(Generator(), call)
    assert (type(caught.value).__name__, str(caught.value)) == (call["error"], call["message"])


def test_shapes_that_do_not_fit() -> None:
    message = r"The size of tensor a \(6\) must match the size of tensor b \(3\) at non-singleton dimension 1"
    with pytest.raises(RuntimeError, match=message):
        random_sampling.normal(Generator(), np.zeros(6), np.ones((2, 3)))
    with pytest.raises(RuntimeError, match=message):
        random_counts.binomial(Generator(), np.zeros(6), np.ones((2, 3)))


def test_a_float_range_with_gaps_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[tuple[str, str]] = []
    monkeypatch.setattr(state, "warn", lambda *args: warned.append(args))
    Generator().random_(np.empty(2, np.float64), -(2**53), 2**53 + 1)
    assert warned == []
    Generator().random_(np.empty(2, np.float64), -(2**54), 2**55)
    assert [category for category, _ in warned] == ["UserWarning", "UserWarning"]
    limits = "is out of bounds [-(2^53), 2^53]. Due to precision limitations double can support"
    assert warned[0][1].startswith(f"from {limits}") and warned[1][1].startswith(f"to - 1 {limits}")


counts = st.lists(st.integers(0, 1500) | st.sampled_from([1, 623, 624, 625, 1248]), max_size=6)
seeds = st.integers(-(2**63), 2**64 - 1)


@given(seeds, counts)
def test_words_are_the_mersenne_twister_s(seed: int, sizes: list[int]) -> None:
    generator = Generator().manual_seed(seed)
    peer = np.random.RandomState(seed % 2**32)
    for size in sizes:
        expected = peer.randint(0, 2**32, size, np.uint32)  # the whole range: the raw words
        np.testing.assert_array_equal(generator.words(size), expected)


steps = st.lists(
    st.tuples(
        st.sampled_from(["randn", "rand", "randint", "bernoulli_", "exponential_"]),
        st.integers(0, 40) | st.just(700),
        st.sampled_from(["float16", "float32", "float64"]),
    ),
    max_size=5,
)


def draw(generator: Generator, step: tuple[str, int, str]) -> list[float]:
    name, size, dtype = step
    args = [0, 1000] if name == "randint" else []
    return perform(generator, {"call": name, "shape": [size], "dtype": dtype, "args": args}).tolist()


@given(seeds, steps, steps)
def test_a_state_resumes_the_sequence(
    seed: int, before: list[tuple[str, int, str]], after: list[tuple[str, int, str]]
) -> None:
    generator = Generator().manual_seed(seed)
    for step in before:
        draw(generator, step)
    saved = generator.get_state()
    assert (saved.dtype, saved.shape) == (np.uint8, (5056,))
    other = Generator(1).set_state(saved)
    assert [draw(other, step) for step in after] == [draw(generator, step) for step in after]
    assert other.initial_seed() == generator.initial_seed() == seed % 2**64
    np.testing.assert_array_equal(other.get_state(), generator.get_state())


@given(seeds, st.integers(0, 700), st.integers(0, 700))
def test_uniform_numbers_do_not_depend_on_the_cut(seed: int, first: int, second: int) -> None:
    generator = Generator().manual_seed(seed)
    parts = [generator.rand((first,)), generator.rand((second,))]
    whole = generator.manual_seed(seed).rand((first + second,))
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@given(st.permutations(range(3)), st.tuples(*[st.integers(1, 4)] * 3))
def test_a_layout_is_filled_in_the_order_of_its_memory(axes: list[int], shape: tuple[int, ...]) -> None:
    memory = np.zeros(shape, np.float32)
    Generator(3).exponential_(memory.transpose(axes))
    np.testing.assert_array_equal(memory, Generator(3).exponential_(np.zeros(shape, np.float32)))


def test_a_gap_in_the_memory_is_left_alone() -> None:
    memory = np.zeros((6, 4), np.float32)
    Generator(3).uniform_(memory[::2, 1:3])
    np.testing.assert_array_equal(memory[::2, 1:3], Generator(3).rand((3, 2)))
    assert not memory[1::2].any() and not memory[:, ::3].any()


def test_a_bad_probability_is_found_after_the_trials_before_it() -> None:
    generator = Generator(4)
    with pytest.raises(RuntimeError, match="p_in"):
        generator.bernoulli(np.array([0.5, 0.5, 2.0, 0.5], np.float32))
    after = generator.rand((1,))
    np.testing.assert_array_equal(after, Generator(4).rand((3,))[2:])


#: Three thousand numbers by rejection from seed 5 in PyTorch 2.14.1: how, their sum, and a normal number after them.
MANY_BY_REJECTION = {
    "small rates": (lambda g: random_counts.poisson(g, np.full(3000, 4.0, np.float32)), 11810.0, -0.9054250121116638),
    "rates": (lambda g: random_counts.poisson(g, np.full(3000, 40.0, np.float32)), 119695.0, 0.032173436135053635),
    "few trials": (
        lambda g: random_counts.binomial(g, np.full(3000, 9.0, np.float32), np.full(3000, 0.3, np.float32)),
        8008.0, -1.2911536693572998,
    ),
    "trials": (
        lambda g: random_counts.binomial(g, np.full(3000, 90.0, np.float32), np.full(3000, 0.7, np.float32)),
        189358.0, -0.6011055707931519,
    ),
    "trials whose mean is no float32": (
        lambda g: random_counts.binomial(g, np.full(3000, 1e5, np.float32), np.full(3000, 0.3, np.float32)),
        89990518.0, -0.04047727957367897,
    ),
    "gamma, half of a pair waits": (
        lambda g: random_gamma.standard_gamma(g, np.full(3001, 0.5, np.float32)), 1529.18408203125, 1.2167843580245972
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MANY_BY_REJECTION)
def test_many_numbers_by_rejection(case: str) -> None:
    draw, total, after = MANY_BY_REJECTION[case]
    generator = Generator(5)
    assert np.isclose(draw(generator).sum(dtype=np.float64), total, rtol=1e-7)
    normal = np.empty(1, np.float32)
    generator.normal_(normal)
    assert np.isclose(normal[0], after, rtol=1e-6)


def test_a_bad_rate_is_found_after_the_draws_before_it() -> None:
    generator = Generator(4)
    with pytest.raises(RuntimeError, match="invalid Poisson rate"):
        random_counts.poisson(generator, np.array([0.0, 20.0, -1.0]))
    assert generator.rand((1,)) in Generator(4).rand((9,))[4::2]


def test_poisson_of_an_infinite_rate_ends() -> None:
    result = random_counts.poisson(Generator(0), np.array([np.inf, 1e18]))
    assert result[0] == -(2.0**63) and abs(result[1] - 1e18) < 1e11


def test_samples_without_replacement_differ() -> None:
    weights = np.arange(1, 201, dtype=np.float32)
    result = random_sampling.multinomial(Generator(8), weights, 200)
    assert sorted(result.tolist()) == list(range(200))


def test_seeds() -> None:
    generator = Generator()
    assert generator.initial_seed() == DEFAULT_SEED
    assert generator.manual_seed(-1).initial_seed() == 2**64 - 1
    drawn = {generator.seed() for _ in range(4)}
    assert len(drawn) == 4 and max(drawn) < 2**53
    assert generator.initial_seed() in drawn
    assert default_generator.initial_seed() != DEFAULT_SEED


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1])
def test_seeds_that_do_not_fit(seed: int) -> None:
    with pytest.raises(ValueError, match="Overflow when unpacking long long"):
        Generator().manual_seed(seed)


def damaged() -> Iterator[Any]:
    good = Generator(1).get_state()
    yield pytest.param(np.zeros(3, np.uint8), "but found the input RNG state size to be 3", id="size")
    yield pytest.param(np.zeros(5056, np.uint8), "Invalid mt19937 state", id="zeros")
    for place, value in ((8, 0), (12, 0), (17, 9)):
        bad = good.copy()
        bad[place] = value
        yield pytest.param(bad, "Invalid mt19937 state", id=f"byte {place}")


@pytest.mark.parametrize(("saved", "message"), list(damaged()))
def test_damaged_states_are_refused(saved: np.ndarray, message: str) -> None:
    generator = Generator(7)
    with pytest.raises(RuntimeError, match=message):
        generator.set_state(saved)
    np.testing.assert_array_equal(generator.rand((4,)), Generator(7).rand((4,)))


def test_a_state_is_bytes() -> None:
    with pytest.raises(TypeError, match=r"RNG state must be a torch\.ByteTensor"):
        Generator().set_state(np.zeros(5056, np.float32))


def test_a_state_is_a_copy() -> None:
    generator = Generator(7)
    generator.get_state()[:] = 0
    generator.words(3)
    generator.get_state()[:] = 0
    np.testing.assert_array_equal(generator.words(4), Generator(7).words(7)[3:])
