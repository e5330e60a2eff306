"""Losses as modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..calls.class_fields import KEYWORDS, Fields
from ..functional.loss_reduction import older
from .functions_by_attribute import F
from .simple import layer

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


def _loss(name: str, call: Callable[..., Any], fields: Fields = _FIELDS) -> None:
    layer(name, "loss", fields, call, prepare=_prepare)


_loss("L1Loss", lambda self, input, target: F.l1_loss(input, target, reduction=self.reduction))
_loss("MSELoss", lambda self, input, target: F.mse_loss(input, target, reduction=self.reduction))
_loss(
    "NLLLoss",
    lambda self, input, target: F.nll_loss(
        input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction
    ),
    {"weight": None, "size_average": None, "ignore_index": -100, "reduce": None, **_REDUCTION},
)
_loss(
    "PoissonNLLLoss",
    lambda self, input, target: F.poisson_nll_loss(
        input, target, log_input=self.log_input, full=self.full, eps=self.eps, reduction=self.reduction
    ),
    {"log_input": True, "full": False, "size_average": None, "eps": 1e-8, "reduce": None, **_REDUCTION},
)
_loss(
    "GaussianNLLLoss",
    lambda self, input, target, var: F.gaussian_nll_loss(
        input, target, var, full=self.full, eps=self.eps, reduction=self.reduction
    ),
    {KEYWORDS: None, "full": False, "eps": 1e-6, **_REDUCTION},
)
_loss(
    "KLDivLoss",
    lambda self, input, target: F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target),
    {**_FIELDS, "log_target": False},
)
_loss(
    "BCELoss",
    lambda self, input, target: F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction),
    {"weight": None, **_FIELDS},
)
_loss(
    "BCEWithLogitsLoss",
    lambda self, input, target: F.binary_cross_entropy_with_logits(
        input, target, self.weight, pos_weight=self.pos_weight, reduction=self.reduction
    ),
    {"weight": None, **_FIELDS, "pos_weight": None},
)
_loss(
    "HingeEmbeddingLoss",
    lambda self, input, target: F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction),
    {"margin": 1.0, **_FIELDS},
)
_loss(
    "MultiLabelMarginLoss",
    lambda self, input, target: F.multilabel_margin_loss(input, target, reduction=self.reduction),
)
_loss(
    "SmoothL1Loss",
    lambda self, input, target: F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta),
    {**_FIELDS, "beta": 1.0},
)
_loss(
    "HuberLoss",
    lambda self, input, target: F.huber_loss(input, target, reduction=self.reduction, delta=self.delta),
    {**_REDUCTION, "delta": 1.0},
)
_loss("SoftMarginLoss", lambda self, input, target: F.soft_margin_loss(input, target, reduction=self.reduction))
_loss(
    "CrossEntropyLoss",
    lambda self, input, target: F.cross_entropy(
        input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction,
        label_smoothing=self.label_smoothing,
    ),
    {
        "weight": None, "size_average": None, "ignore_index": -100, "reduce": None, **_REDUCTION,
        "label_smoothing": 0.0,
    },
)  # fmt: skip
_loss(
    "MultiLabelSoftMarginLoss",
    lambda self, input, target: F.multilabel_soft_margin_loss(
        input, target, weight=self.weight, reduction=self.reduction
    ),
    {"weight": None, **_FIELDS},
)
_loss(
    "CosineEmbeddingLoss",
    lambda self, input1, input2, target: F.cosine_embedding_loss(
        input1, input2, target, margin=self.margin, reduction=self.reduction
    ),
    {"margin": 0.0, **_FIELDS},
)
_loss(
    "MarginRankingLoss",
    lambda self, input1, input2, target: F.margin_ranking_loss(
        input1, input2, target, margin=self.margin, reduction=self.reduction
    ),
    {"margin": 0.0, **_FIELDS},
)
_loss(
    "MultiMarginLoss",
    lambda self, input, target: F.multi_margin_loss(
        input, target, p=self.p, margin=self.margin, weight=self.weight, reduction=self.reduction
    ),
    {"p": 1, "margin": 1.0, "weight": None, **_FIELDS},
)
_loss(
    "TripletMarginLoss",
    lambda self, anchor, positive, negative: F.triplet_margin_loss(
        anchor, positive, negative, margin=self.margin, p=self.p, eps=self.eps, swap=self.swap,
        reduction=self.reduction,
    ),
    {"margin": 1.0, "p": 2.0, "eps": 1e-6, "swap": False, **_FIELDS},
)  # fmt: skip
_loss(
    "TripletMarginWithDistanceLoss",
    lambda self, anchor, positive, negative: F.triplet_margin_with_distance_loss(
        anchor, positive, negative, distance_function=self.distance_function, margin=self.margin, swap=self.swap,
        reduction=self.reduction,
    ),
    {KEYWORDS: None, "distance_function": None, "margin": 1.0, "swap": False, **_REDUCTION},
)  # fmt: skip
_loss(
    "CTCLoss",
    lambda self, log_probs, targets, input_lengths, target_lengths: F.ctc_loss(
        log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
    ),
    {"blank": 0, **_REDUCTION, "zero_infinity": False},
)
layer("CosineSimilarity", "distance", {"dim": 1, "eps": 1e-8},
      lambda self, x1, x2: F.cosine_similarity(x1, x2, self.dim, self.eps))  # fmt: skip


def _as_norm(module: Any, values: dict[str, Any]) -> None:
    values["norm"] = values.pop("p")


layer(
    "PairwiseDistance",
    "distance",
    {"p": 2.0, "eps": 1e-6, "keepdim": False},
    lambda self, x1, x2: F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim),
    prepare=_as_norm,
)
