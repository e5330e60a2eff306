"""``torch._standard_gamma``: gamma random numbers of given concentrations, with a gradient."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ...operations.elementwise.gamma_draws import standard_gamma
from ..calls.overloads import define


def _draw(input: Tensor, generator: Any) -> Any:
    """Gamma random numbers of the concentrations ``input`` and rate 1; their gradient by the concentrations is that of
    implicit reparameterization."""
    return standard_gamma(input, generator)


define("_standard_gamma", ("(Tensor input, *, Generator? generator=None)", _draw))
