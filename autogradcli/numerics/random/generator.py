"""Random numbers: a generator whose every draw is the one that PyTorch's CPU generator makes.

After the same seed and the same calls the values are PyTorch's. A method that ends in an underscore fills
an array in the order of its memory, as a kernel over a tensor does, and returns it. The sizes and dtypes
that take another path in PyTorch take it here, since they draw differently: float32 from 32 bits, all
others from 64; normal numbers by blocks of sixteen in contiguous arrays of sixteen and more, in pairs else.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import dtypes
from ..blocks import blocks
from ..exact import fused_float32, fused_float64
from ..limits import turns
from ..naming import shown_as
from .draws import Draws
from .fill import (
    as_real,
    bounds,
    check_kernel,
    digits_of,
    each,
    fill,
    integer_range,
    memory_axes,
    not_implemented,
    warn_inexact,
)

Array = np.ndarray
Shape = tuple[int, ...]
DTypeLike = type[Any] | str | np.dtype

_FLOAT16, _FLOAT32, _FLOAT64 = (np.dtype(name) for name in ("float16", "float32", "float64"))
_EPSILON = 2.0**-52
_LONG_MIN, _LONG_MAX = -(1 << 63), (1 << 63) - 1
BLOCK = 1 << 20  # numbers that become a list, or an array, in one call
_WIDE = 1 << 28  # integers from a range this wide take 64 bits each
_NARROW_SHUFFLE = (1 << 32) // 20  # permutations this long and longer take 64 bits a step


def _exp(value: float) -> float:
    return math.exp(value) if value < 709.0 else float(np.exp(value))


def _log(value: float) -> float:
    return math.log(value) if value else -math.inf


def _reopened(values: Array, low: float, high: float) -> Array:
    """Numbers of [low, high), where what was rounded up to the open end starts again."""
    values[values >= values.dtype.type(high)] = values.dtype.type(low)
    return values


@shown_as("torch._C.Generator", in_c=True)
class Generator(Draws):
    """A source of random numbers. See ``Draws`` for its seed and state."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<torch._C.Generator object at 0x{id(self):x}>"

    # -- uniform -------------------------------------------------------------------------------------------

    def rand(self, shape: Shape, dtype: DTypeLike = np.float32) -> Array:
        """Uniform numbers in [0, 1) of a shape. NotImplementedError for a dtype that is not floating."""
        if dtype is np.float32 or dtype == _FLOAT32:
            return self.floats(math.prod(shape)).reshape(shape)
        return self.uniform_(np.empty(shape, dtype))

    def uniform_(self, out: Array, low: float = 0.0, high: float = 1.0) -> Array:
        """Fill with uniform numbers in [low, high).

        RuntimeError: a bound, or the distance of the two, is not finite in the dtype, or low > high.
        NotImplementedError: the dtype is not floating.
        """
        if out.dtype.kind == "c":
            self.uniform_(as_real(out), low, high)
            return out
        if not dtypes.has_floats(out):
            raise not_implemented("check_uniform_bounds", out)
        limit = dtypes.largest(dtypes.of(out))
        for name, bound in (("from", low), ("to", high)):
            if not -limit <= bound <= limit:
                raise RuntimeError(f"{name} is out of bounds for {dtypes.of(out).cpp_name}")
        if low > high:
            raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
        if high - low > limit:
            raise RuntimeError(
                f"uniform_ expects to-from <= std::numeric_limits<{dtypes.of(out).type_name}>::max(), "
                f"but found to={high:g} and from={low:g} which result in to-from to exceed the limit"
            )
        double = out.dtype == _FLOAT64
        values = self.doubles(out.size) if double else self.floats(out.size)
        if low == 0.0 and high == 1.0:
            values = values.astype(out.dtype, copy=False)
            return fill(out, _reopened(values, low, high) if out.dtype.itemsize == 2 else values)
        scaled = values if out.dtype == values.dtype else np.empty(values.shape, out.dtype)
        for begin, end in blocks(values.size):
            part = values[begin:end]
            if double:
                part = fused_float64(part, high - low, low)
            else:
                part = fused_float32(part, np.float32(high) - np.float32(low), np.float32(low))
            scaled[begin:end] = _reopened(part.astype(out.dtype, copy=False), low, high)
        return fill(out, scaled)

    # -- normal --------------------------------------------------------------------------------------------

    def randn(self, shape: Shape, dtype: DTypeLike = np.float32) -> Array:
        """Standard normal numbers of a shape. NotImplementedError for a dtype that is not floating."""
        return self.normal_(np.empty(shape, dtype))

    def normal_(self, out: Array, mean: float = 0.0, std: float = 1.0) -> Array:
        """Fill with normal numbers. Complex ones get half the variance in each part.

        RuntimeError: std is negative. NotImplementedError: the dtype is not floating.
        """
        if not std >= 0.0:
            raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
        size = out.size
        if not size:
            return out
        if out.dtype.kind == "c":
            self.normal_(as_real(out), mean, std / math.sqrt(2.0))
            return out
        if not dtypes.has_floats(out):
            raise not_implemented("normal_kernel_cpu", out)
        if size < 16 or not out.flags.c_contiguous:
            drawn = np.array(self.normals(size))
            return fill(out, drawn + mean if std == 1.0 else fused_float64(drawn, std, mean))
        from .normal import EXACT, box_muller_float32, box_muller_float64, scaled, waves_float32

        double = out.dtype == _FLOAT64
        uniform: Callable[[int], Array] = self.doubles if double else self.floats
        transform = box_muller_float64 if double else box_muller_float32
        flat = out.reshape(-1)
        whole = size - size % 16
        if whole == size <= EXACT and out.dtype == _FLOAT32:
            scaled(self.waves(size), mean, std, flat)
        elif whole == size:
            flat[:] = transform(uniform(size), mean, std)
        elif size <= EXACT and out.dtype == _FLOAT32:
            values = uniform(size + 16)
            waves = waves_float32(np.concatenate((values[:whole], values[size:])))
            scaled(waves[:whole], mean, std, flat[:whole])
            scaled(waves[whole:], mean, std, flat[-16:])
        else:  # the last sixteen are made again of sixteen more uniform numbers
            start = whole if out.dtype.itemsize == 2 else size  # half precision makes none for the rest before
            values = uniform(start + 16)
            first, last = transform(values[:whole], mean, std), transform(values[start:], mean, std)
            flat[:whole] = first  # when all is computed: an interrupt leaves the tensor as it was
            flat[-16:] = last
        return out

    def log_normal_(self, out: Array, mean: float = 1.0, std: float = 2.0) -> Array:
        """Fill with exponentials of normal numbers.

        RuntimeError: std is not positive. NotImplementedError: the dtype is not floating.
        """
        if not std > 0.0:
            raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
        if not out.size:
            return out
        check_kernel("log_normal_cpu", out, "fV")
        exponents = fused_float64(np.array(self.normals(out.size)), std, mean)
        return fill(out, each(_exp, exponents))

    # -- integers ------------------------------------------------------------------------------------------

    def randint(self, low: int, high: int, shape: Shape, dtype: DTypeLike = np.int64) -> Array:
        """Integers in [low, high) of a shape; the errors of ``random_``."""
        return self.random_(np.empty(shape, dtype), low, high)

    def random_(self, out: Array, low: int | None = None, high: int | None = None) -> Array:
        """Fill with integers in [low, high); without bounds in [0, max], floats in [0, 2**digits].

        With ``low`` alone the range ends as without bounds. RuntimeError: an empty range or one outside of
        the dtype. NotImplementedError: a dtype without this kernel.
        """
        if low is None and high is None:
            return self._random_whole(out)
        low = 0 if low is None else low
        dtype = out.dtype
        if high is not None and low >= high:
            raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
        if high is None and low == _LONG_MIN:
            if out.size and dtype not in (np.int64, _FLOAT64, _FLOAT32):
                raise RuntimeError(
                    "random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16"
                )
            return fill(out, self.long_words(out.size).view(np.int64))
        if dtype.kind == "c":
            raise RuntimeError("check_random_bounds handles only integral, floating-point and boolean types")
        if dtype.itemsize == 1 and dtype.kind in "fV":
            raise not_implemented("random_update_from_to", out)
        low, last = integer_range(out, low, high)
        lowest, highest = bounds(dtype)
        if not lowest <= low <= highest:
            raise RuntimeError(f"from is out of bounds for {dtypes.of(out).cpp_name}")
        if not lowest <= last <= highest:
            raise RuntimeError(f"to - 1 is out of bounds for {dtypes.of(out).cpp_name}")
        if dtype.kind in "fV":
            warn_inexact(out, low, last)
        span = last - low + 1
        if span >= _WIDE:
            long = self.long_words(out.size)
            if span < 1 << 64:
                long %= np.uint64(span)
            long += np.uint64(low % (1 << 64))  # modulo 2**64, so a negative start comes out right
            return fill(out, long.view(np.int64))
        narrow = (self.words(out.size) % np.uint32(span)).astype(np.int64)
        narrow += low
        return fill(out, narrow)

    def _random_whole(self, out: Array) -> Array:
        if not out.size:
            return out
        check_kernel("random_kernel_cpu", out, "biufV")
        dtype = out.dtype
        if dtype == np.int64:
            return fill(out, (self.long_words(out.size) & np.uint64(_LONG_MAX)).view(np.int64))
        if dtype == _FLOAT64:
            return fill(out, self.long_words(out.size) % np.uint64((1 << 53) + 1))
        if dtype.kind in "fV":
            return fill(out, self.words(out.size) % np.uint32((1 << digits_of(dtype)) + 1))
        highest = 1 if dtype.kind == "b" else int(np.iinfo(dtype).max)
        return fill(out, self.words(out.size) & np.uint32(highest))

    def randperm(self, count: int, dtype: DTypeLike = np.int64) -> Array:
        """A permutation of 0 to count - 1, by Fisher and Yates' shuffle from the front.

        RuntimeError: a negative count, or one that the dtype can't count to. NotImplementedError: bool,
        complex and wide unsigned dtypes.
        """
        if count < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {count}: [{count}]")
        out = np.empty(count, dtype)
        kind = out.dtype.kind
        if kind in "fV" and count > (1 << digits_of(out.dtype)) + 1:
            limit = {11: "2049", 8: "257"}.get(digits_of(out.dtype), f"2^{digits_of(out.dtype)}+1")
            raise RuntimeError(f"n cannot be greater than {limit} for {dtypes.of(out).type_name} type.")
        if kind in "iu" and out.dtype.itemsize < 8 and count - 1 > np.iinfo(out.dtype).max:
            name = "int" if out.dtype == np.int32 else f"{out.dtype.name}_t"
            raise RuntimeError(f"value cannot be converted to type {name} without overflow")
        check_kernel("randperm", out, "iufV")
        if count < 2:
            out[:] = 0
            return out
        spans = np.arange(count, 1, -1, dtype=np.uint64)
        draws = self.words(count - 1) if count < _NARROW_SHUFFLE else self.long_words(count - 1)
        order = list(range(count))
        steps = draws % spans
        for start in range(0, count, BLOCK):  # a list of all at once hears no interrupt
            for i, step in enumerate(turns(steps[start : start + BLOCK].tolist()), start):
                other = i + step
                order[i], order[other] = order[other], order[i]
        for start in range(0, count, BLOCK):
            out[start : start + BLOCK] = order[start : start + BLOCK]
        return out

    # -- trials --------------------------------------------------------------------------------------------

    def bernoulli_(self, out: Array, p: float | Array = 0.5) -> Array:
        """Fill with ones of probability ``p``, a number or an array that broadcasts to ``out``, and zeros.

        RuntimeError: a probability is not in [0, 1]. NotImplementedError: a dtype without this kernel.
        """
        if isinstance(p, np.ndarray):
            return self._bernoulli_each(out, p)
        if not 0.0 <= p <= 1.0:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
        if not out.size:
            return out
        check_kernel("bernoulli_scalar_cpu_", out, "biufV")
        return fill(out, self.doubles(out.size) < p)

    def bernoulli(self, p: Array) -> Array:
        """Ones of probability ``p``, element by element, and zeros, in the dtype of ``p``."""
        return self._bernoulli_each(np.empty(p.shape, p.dtype), p)

    def _bernoulli_each(self, out: Array, p: Array) -> Array:
        if not out.size:
            return out
        check_kernel("bernoulli_tensor_cpu_self_", out, "biufV")
        if not dtypes.has_floats(p):
            raise not_implemented("bernoulli_tensor_cpu_p_", p)
        limits = np.broadcast_to(p, out.shape).transpose(memory_axes(out)).ravel()
        wrong = ~((limits >= 0) & (limits <= 1))
        count = int(wrong.argmax()) if wrong.any() else out.size
        uniform: Array = self.doubles(count) if p.dtype == _FLOAT64 else self.floats(count)
        if count < out.size:  # found only after the trials before it were made
            raise RuntimeError(
                "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  "
                "(Could this error message be improved?  "
                "If so, please report an enhancement request to PyTorch.)"
            )
        return fill(out, uniform < limits)

    def geometric_(self, out: Array, p: float) -> Array:
        """Fill with the number of trials of probability ``p`` up to the first success.

        RuntimeError: ``p`` is not between 0 and 1. NotImplementedError: a dtype without this kernel.
        """
        if not 0.0 < p < 1.0:
            raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
        if not out.size:
            return out
        check_kernel("geometric_cpu", out, "iufV")
        return fill(out, np.ceil(each(_log, self.doubles(out.size)) / math.log1p(-p)))

    # -- other continuous ones -----------------------------------------------------------------------------

    def exponential_(self, out: Array, rate: float = 1.0) -> Array:
        """Fill with exponential numbers. RuntimeError: a dtype that is not floating, rate <= 0."""
        if not dtypes.has_floats(out):
            raise RuntimeError(
                "Exponential distribution is a continuous probability distribution. "
                f"dtype must be a floating point but you specified {dtypes.of(out).type_name}"
            )
        if not rate > 0.0:
            raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={rate:g}")
        return fill(out, each(math.log1p, -self.doubles(out.size)) * (-1.0 / rate))

    def cauchy_(self, out: Array, median: float = 0.0, sigma: float = 1.0) -> Array:
        """Fill with Cauchy numbers. RuntimeError: a dtype that is not floating, sigma <= 0."""
        if not dtypes.has_floats(out):
            raise RuntimeError(
                "Cauchy distribution is a continuous probability distribution. "
                f"dtype must be a floating point but you specified {dtypes.of(out).cpp_name}"
            )
        if not sigma > 0.0:
            raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
        uniform = self.doubles(out.size)
        np.clip(uniform, _EPSILON, 1.0 - _EPSILON, out=uniform)
        return fill(out, fused_float64(each(math.tan, math.pi * (uniform - 0.5)), sigma, median))


#: What draws where no generator is given. Its sequence can't be foreseen until it is seeded.
default_generator = Generator()
default_generator.seed()
