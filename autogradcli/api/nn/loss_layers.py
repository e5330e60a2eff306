"""Losses as modules."""

from __future__ import annotations

from typing import Any

from ...engine.state import state
from ..calls.class_fields import KEYWORDS, Fields
from ..functional.loss_reduction import older
from .functions_by_attribute import F
from .simple import calling, layer

_OLD = {"size_average": None, "reduce": None}
_REDUCTION = {"reduction": "mean"}
_FIELDS = {**_OLD, **_REDUCTION}


def _prepare(module: Any, values: dict[str, Any]) -> None:
    old = [values.pop(name, None) for name in _OLD]
    if old != [None, None]:
        values["reduction"] = older(*old)
    for name in ("weight", "pos_weight"):
        if name in values:
            module.register_buffer(name, values.pop(name))


def _prepare_older(module: Any, values: dict[str, Any]) -> None:
    state.warn(
        "FutureWarning",
        "`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement and see "
        "https://pytorch.org/docs/main/nn.html#torch.nn.NLLLoss for more details.",
    )
    _prepare(module, values)


def _loss(name: str, call: str, fields: Fields = _FIELDS) -> None:
    """A layer that calls the function with all its fields by name."""
    given = [f"{field}=self.{field}" for field in fields if field not in (KEYWORDS, *_OLD)]
    layer(name, "loss", fields, calling(call, given), prepare=_prepare)


#: As PyTorch has them: the older two stand apart.
_IGNORING: Fields = {"weight": None, "size_average": None, "ignore_index": -100, "reduce": None, **_REDUCTION}

_loss("L1Loss", "l1_loss input target")
_loss("MSELoss", "mse_loss input target")
_loss("NLLLoss", "nll_loss input target", _IGNORING)
layer(
    "NLLLoss2d", "loss", _IGNORING,
    lambda self, input, target: F.nll_loss(
        input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction
    ),
    prepare=_prepare_older,
)  # fmt: skip
_loss("CrossEntropyLoss", "cross_entropy input target", {**_IGNORING, "label_smoothing": 0.0})
_loss(
    "PoissonNLLLoss", "poisson_nll_loss input target",
    {"log_input": True, "full": False, "size_average": None, "eps": 1e-8, "reduce": None, **_REDUCTION},
)  # fmt: skip
_loss(
    "GaussianNLLLoss", "gaussian_nll_loss input target var",
    {KEYWORDS: None, "full": False, "eps": 1e-6, **_REDUCTION},
)  # fmt: skip
_loss("KLDivLoss", "kl_div input target", {**_FIELDS, "log_target": False})
_loss("BCELoss", "binary_cross_entropy input target", {"weight": None, **_FIELDS})
_loss(
    "BCEWithLogitsLoss", "binary_cross_entropy_with_logits input target",
    {"weight": None, **_FIELDS, "pos_weight": None},
)  # fmt: skip
_loss("HingeEmbeddingLoss", "hinge_embedding_loss input target", {"margin": 1.0, **_FIELDS})
_loss("MultiLabelMarginLoss", "multilabel_margin_loss input target")
_loss("SmoothL1Loss", "smooth_l1_loss input target", {**_FIELDS, "beta": 1.0})
_loss("HuberLoss", "huber_loss input target", {**_REDUCTION, "delta": 1.0})
_loss("SoftMarginLoss", "soft_margin_loss input target")
_loss("MultiLabelSoftMarginLoss", "multilabel_soft_margin_loss input target", {"weight": None, **_FIELDS})
_loss("CosineEmbeddingLoss", "cosine_embedding_loss input1 input2 target", {"margin": 0.0, **_FIELDS})
_loss("MarginRankingLoss", "margin_ranking_loss input1 input2 target", {"margin": 0.0, **_FIELDS})
_loss("MultiMarginLoss", "multi_margin_loss input target", {"p": 1, "margin": 1.0, "weight": None, **_FIELDS})
_loss(
    "TripletMarginLoss", "triplet_margin_loss anchor positive negative",
    {"margin": 1.0, "p": 2.0, "eps": 1e-6, "swap": False, **_FIELDS},
)  # fmt: skip
_loss(
    "TripletMarginWithDistanceLoss", "triplet_margin_with_distance_loss anchor positive negative",
    {KEYWORDS: None, "distance_function": None, "margin": 1.0, "swap": False, **_REDUCTION},
)  # fmt: skip
_loss(
    "CTCLoss", "ctc_loss log_probs targets input_lengths target_lengths",
    {"blank": 0, **_REDUCTION, "zero_infinity": False},
)  # fmt: skip
layer("CosineSimilarity", "distance", {"dim": 1, "eps": 1e-8}, "cosine_similarity x1 x2")


def _as_norm(module: Any, values: dict[str, Any]) -> None:
    values["norm"] = values.pop("p")


layer(
    "PairwiseDistance",
    "distance",
    {"p": 2.0, "eps": 1e-6, "keepdim": False},
    lambda self, x1, x2: F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim),
    prepare=_as_norm,
)
