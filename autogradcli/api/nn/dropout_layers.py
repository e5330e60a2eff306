"""Dropout in its forms, as modules."""

from __future__ import annotations

from typing import Any

from ...numerics.limits import shown
from .functions_by_attribute import F
from .simple import layer


def _check(module: Any, values: dict[str, Any]) -> None:
    p = values["p"]
    if p < 0 or p > 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {shown(p)}")


for _name, _function in (
    ("Dropout", "dropout"), ("Dropout1d", "dropout1d"), ("Dropout2d", "dropout2d"), ("Dropout3d", "dropout3d"),
    ("AlphaDropout", "alpha_dropout"), ("FeatureAlphaDropout", "feature_alpha_dropout"),
):  # fmt: skip
    made = layer(
        _name, "dropout", {"p": 0.5, "inplace": False},
        lambda self, input, call=_function: getattr(F, call)(input, self.p, self.training, self.inplace),
        "p", _check,
    )  # fmt: skip
    made.extra_repr = lambda self: f"p={self.p}, inplace={self.inplace}"
