"""``torch.quasirandom.SobolEngine``: the points of Sobol's sequence, scrambled or not, number for number PyTorch's."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.random import sobol
from ...numerics.random.generator import Generator, default_generator
from ...operations.refuse import not_implemented_for
from ..calls.argument_types import type_name
from ..calls.program_classes import Object
from ..calls.registry import namespace
from ..nn.functions_by_attribute import M, T


class SobolEngine(Object):
    """Draws points of Sobol's sequence in the unit cube of some dimensions."""

    __module__ = "torch.quasirandom"
    MAXBIT: ClassVar[int] = sobol.BITS
    MAXDIM: ClassVar[int] = sobol.LARGEST

    def __init__(self, dimension: int, scramble: bool = False, seed: int | None = None) -> None:
        if dimension > sobol.LARGEST or dimension < 1:
            raise ValueError(f"Supported range of dimensionality for SobolEngine is [1, {sobol.LARGEST}]")
        self.seed = seed
        self.scramble = scramble
        self.dimension = dimension
        self.shift = T.zeros(dimension, dtype=T.long)
        self.sobolstate = wrap(sobol.directions(dimension))
        if scramble:
            self._scramble()
        self.quasi = M.clone(self.shift)
        self._first = (self.quasi.array / 2.0**sobol.BITS).astype(dtypes.default.dtype.np).reshape(1, -1)
        self.num_generated = 0

    def _scramble(self) -> None:
        generator = default_generator
        if self.seed is not None:
            if not isinstance(self.seed, int):
                raise RuntimeError(f"manual_seed expected a long, but got {type_name(self.seed)}")
            generator = Generator()
            generator.manual_seed(self.seed)
        bits, size = sobol.BITS, self.dimension
        self.shift = wrap(generator.randint(0, 2, (size, bits)) @ (1 << np.arange(bits, dtype=np.int64)))
        self.sobolstate = wrap(sobol.scrambled(self.sobolstate.array, generator.randint(0, 2, (size, bits, bits))))

    def draw(self, n: int = 1, out: Tensor | None = None, dtype: DType | None = None) -> Tensor:
        """The next ``n`` points, (n, dimension), in ``dtype`` or the default one. Raises ValueError for n < 0."""
        kind = (dtype or dtypes.default.dtype).np
        if not isinstance(n, int):
            raise TypeError(f"_sobol_engine_draw(): argument 'n' (position 2) must be int, not {type_name(n)}")
        if n < 0:
            raise ValueError(f"n must be non-negative, but got {n}")
        begins = not self.num_generated and n
        if n > begins and kind.char not in "fd":
            not_implemented_for("_sobol_engine_draw", np.empty(0, kind))
        further = self._further(n - 1 if begins else n)
        found = further.astype(kind) * kind.type(2.0**-sobol.BITS)
        made = wrap(np.concatenate([self._first.astype(kind), found]) if begins else found)
        self.num_generated += n
        if out is None:
            return made
        M.copy_(M.resize_as_(out, made), made)
        return out

    def _further(self, count: int) -> Any:
        """Points after those that there were, as integers."""
        found = sobol.points(self.quasi.array, self.sobolstate.array, count, max(self.num_generated - 1, 0))
        if count:
            M.copy_(self.quasi, wrap(found[-1]))
        return found

    def draw_base2(self, m: int, out: Tensor | None = None, dtype: DType | None = None) -> Tensor:
        """The next ``2**m`` points. Raises ValueError where so many would not be balanced."""
        n = 2 ** min(m, sobol.BITS)
        total = self.num_generated + n
        if total & (total - 1):
            raise ValueError(
                "The balance properties of Sobol' points require n to be a power of 2. "
                f"{self.num_generated} points have been previously generated, then: n={self.num_generated}+2**{m}="
                f"{total}. If you still want to do this, please use 'SobolEngine.draw()' instead."
            )
        return self.draw(n, out, dtype)

    def reset(self) -> SobolEngine:
        """Back to the first point."""
        M.copy_(self.quasi, self.shift)
        self.num_generated = 0
        return self

    def fast_forward(self, n: int) -> SobolEngine:
        """Leave out the next ``n`` points."""
        self._further(n - 1 if not self.num_generated else n)
        self.num_generated += n
        return self

    def __repr__(self) -> str:
        more = ", scramble=True" if self.scramble else ""
        if self.seed is not None:
            more += f", seed={self.seed}"
        return f"SobolEngine(dimension={self.dimension}{more})"


namespace("torch.quasirandom")["SobolEngine"] = SobolEngine
