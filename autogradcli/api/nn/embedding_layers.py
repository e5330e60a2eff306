"""Embeddings: a table of vectors, looked up by number."""

from __future__ import annotations

from typing import Any, ClassVar

from ...engine.leaves import drop_grad, require_grad
from ...engine.tensor import Parameter, Tensor
from ..calls.class_fields import REQUIRED, Fields
from . import init
from .functions_by_attribute import F, check_tensors
from .simple import PLACE, Simple, enter, fresh, words


class _Table(Simple):
    """What both embeddings share: the weight and its row of padding."""

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        rows, size, padding_idx = values["num_embeddings"], values["embedding_dim"], values["padding_idx"]
        weight, freeze = values.pop("_weight"), values.pop("_freeze", False)
        if padding_idx is not None:
            if not -rows <= padding_idx < rows:
                raise AssertionError("Padding_idx must be within num_embeddings")
            values["padding_idx"] %= rows
        super()._make(values, dtype)
        if weight is None:
            self.weight = fresh(rows, size, dtype=dtype)
            if freeze:
                drop_grad(self.weight)
            self.reset_parameters()
            return
        check_tensors("__init__()", weight)
        if weight.array.shape != (rows, size):
            raise AssertionError("Shape of weight does not match num_embeddings and embedding_dim")
        self.weight = Parameter(weight.array)
        if not freeze:
            require_grad(self.weight)

    def reset_parameters(self) -> None:
        """Draw the table anew, the row of padding zero."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight.array[self.padding_idx] = 0
            self.weight.bump()


class Embedding(_Table):
    """A table of vectors, looked up by number."""

    __module__ = "torch.nn.modules.sparse"

    fields: ClassVar[Fields] = {
        "num_embeddings": REQUIRED, "embedding_dim": REQUIRED, "padding_idx": None, "max_norm": None, "norm_type": 2.0,
        "scale_grad_by_freq": False, "sparse": False, "_weight": None, "_freeze": False, **PLACE,
    }  # fmt: skip
    shown = words("=num_embeddings =embedding_dim ~padding_idx ~max_norm ~norm_type ~scale_grad_by_freq ~sparse")

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Embedding:
        """An embedding of given vectors. Raises AssertionError unless they are a matrix."""
        check_tensors("from_pretrained()", embeddings)
        if embeddings.array.ndim != 2:
            raise AssertionError("Embeddings parameter is expected to be 2-dimensional")
        rows, size = embeddings.array.shape
        return cls(rows, size, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, embeddings, freeze)

    def forward(self, input: Any) -> Any:
        return F.embedding(
            input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse
        )


class EmbeddingBag(_Table):
    """Sums, means or maxima of vectors of a table, by bags of numbers."""

    __module__ = "torch.nn.modules.sparse"

    fields: ClassVar[Fields] = {
        "num_embeddings": REQUIRED, "embedding_dim": REQUIRED, "max_norm": None, "norm_type": 2.0,
        "scale_grad_by_freq": False, "mode": "mean", "sparse": False, "_weight": None, "include_last_offset": False,
        "padding_idx": None, **PLACE,
    }  # fmt: skip
    shown = words("=num_embeddings =embedding_dim ~max_norm ~norm_type ~scale_grad_by_freq !mode ~padding_idx")

    def forward(self, input: Any, offsets: Any = None, per_sample_weights: Any = None) -> Any:
        return F.embedding_bag(
            input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.mode, self.sparse,
            per_sample_weights, self.include_last_offset, self.padding_idx,
        )  # fmt: skip


enter(Embedding, EmbeddingBag)
