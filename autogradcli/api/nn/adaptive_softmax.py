"""A softmax over many classes of which few are frequent: rare ones in clusters, each a small model of its own.

Grave et al., "Efficient softmax approximation for GPUs" (2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...numerics.limits import counted
from ..calls.registry import Property, attributes_of, namespace
from .containers import ModuleList, Sequential
from .functions_by_attribute import F, M, T, check_tensors
from .linear_layers import Linear
from .module import Module


class _ASMoutput(tuple[Any, ...]):
    """What the layer returns: ``output``, the logarithm of the target's probability for each row, and ``loss``."""

    __slots__ = ()

    def __new__(cls, output: Any, loss: Any) -> _ASMoutput:
        return super().__new__(cls, (output, loss))

    def __repr__(self) -> str:
        return f"_ASMoutput(output={self[0]!r}, loss={self[1]!r})"


_ASMoutput.__module__ = "torch.nn.modules.adaptive"
for _at, _name in enumerate(("output", "loss")):
    attributes_of(_ASMoutput)[_name] = Property(lambda pair, at=_at: pair[at])  # type: ignore[misc]


class AdaptiveLogSoftmaxWithLoss(Module):
    """The logarithm of each target's probability, where classes before the first cutoff are on their own and those
    between two cutoffs share a cluster; and the mean loss."""

    __module__ = "torch.nn.modules.adaptive"

    def __init__(
        self, in_features: int, n_classes: int, cutoffs: Any, div_value: float = 4.0, head_bias: bool = False,
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        found = list(counted(cutoffs))
        if not found:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if (
            found != sorted(found)
            or min(found) <= 0
            or max(found) > n_classes - 1
            or len(set(found)) != len(found)
            or any(int(each) != each for each in found)
        ):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each "
                "value is between 1 and n_classes-1"
            )
        self.in_features, self.n_classes = in_features, n_classes
        self.cutoffs = [*found, n_classes]
        self.div_value, self.head_bias = div_value, head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(found)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, bias=head_bias, device=device, dtype=dtype)
        self.tail = ModuleList()
        for k in range(self.n_clusters):
            inner = int(in_features // div_value ** (k + 1))
            outer = self.cutoffs[k + 1] - self.cutoffs[k]
            self.tail.append(
                Sequential(
                    Linear(in_features, inner, bias=False, device=device, dtype=dtype),
                    Linear(inner, outer, bias=False, device=device, dtype=dtype),
                )
            )

    def reset_parameters(self) -> None:
        """Draw all weights anew."""
        self.head.reset_parameters()
        for first, last in self.tail:
            first.reset_parameters()
            last.reset_parameters()

    def forward(self, input_: Any, target_: Any) -> _ASMoutput:
        check_tensors("forward()", input_, target_)
        batched = _is_batched(input_, target_)
        input = input_ if batched else M.unsqueeze(input_, 0)
        target = target_ if batched else M.unsqueeze(target_, 0)
        count = target.array.shape[0]
        output = M.new_zeros(input, (count,))
        places = M.new_empty(target, (count,))
        used = 0
        for k, (low, high) in enumerate(zip([0, *self.cutoffs], self.cutoffs)):
            inside = T.logical_and(T.ge(target, low), T.lt(target, high))
            rows = M.squeeze(M.nonzero(inside), 1)
            if not rows.array.size:
                continue
            if k == 0:
                M.index_copy_(places, 0, rows, M.index_select(target, 0, rows))
            else:
                within = T.sub(M.index_select(target, 0, rows), low)
                M.index_fill_(places, 0, rows, self.shortlist_size + k - 1)
                log = F.log_softmax(self.tail[k - 1](M.index_select(input, 0, rows)), 1)
                M.index_copy_(output, 0, rows, M.squeeze(M.gather(log, 1, M.unsqueeze(within, 1)), 1))
            used += rows.array.size
        if used != count:
            least, most = target.array.min(), target.array.max()
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range [{least}, {most}] were "
                "found. "
            )
        log = F.log_softmax(self.head(input), 1)
        output = T.add(output, M.squeeze(M.gather(log, 1, M.unsqueeze(places, 1))))
        loss = M.mean(T.neg(output))
        return _ASMoutput(output if batched else M.squeeze(output, 0), loss)

    def log_prob(self, input: Any) -> Any:
        """The logarithms of all classes' probabilities for each row."""
        check_tensors("log_prob()", input)
        head = self.head(input)
        log = F.log_softmax(head, 1)
        out = M.new_empty(head, (head.array.shape[0], self.n_classes))
        M.copy_(M.narrow(out, 1, 0, self.shortlist_size), M.narrow(log, 1, 0, self.shortlist_size))
        for k, cluster in enumerate(self.tail):
            own = F.log_softmax(cluster(input), 1)
            own = T.add(own, M.unsqueeze(M.select(log, 1, self.shortlist_size + k), 1))
            M.copy_(M.narrow(out, 1, self.cutoffs[k], self.cutoffs[k + 1] - self.cutoffs[k]), own)
        return out

    def predict(self, input: Any) -> Any:
        """The most probable class of each row."""
        return T.argmax(self.log_prob(input), 1)


def _is_batched(input: Any, target: Any) -> bool:
    """Whether there are rows. Raises RuntimeError for shapes that don't go together."""
    rows: Sequence[int] = target.array.shape
    if len(rows) == 1:
        if input.array.shape[0] != rows[0]:
            raise RuntimeError("Input and target should have the same size in the batch dimension.")
        if input.array.ndim != 2:
            raise RuntimeError(f"1D target tensor expects 2D input tensors, but found inputs with size {input.shape}")
        return True
    if len(rows) == 0:
        if input.array.ndim != 1:
            raise RuntimeError(f"0D target tensor expects 1D input tensors, but found inputs with size {input.shape}")
        return False
    raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")


namespace("torch.nn")["AdaptiveLogSoftmaxWithLoss"] = AdaptiveLogSoftmaxWithLoss
