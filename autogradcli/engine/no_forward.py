"""Operations that PyTorch has no forward mode of: it says so before they run, whatever else is wrong with the call.

a rule that refuses           the operation has no derivative at all:       ... with aten::heaviside that does ...
a kernel for integers alone   nor has it, however it is called:             ... with aten::gcd that does ...
a rule that isn't written     for this operand PyTorch knows no derivative: ... with igamma that does ...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .operation import Operation
from .tensor import Tensor

_ASKED = (
    "Trying to use forward AD with {name} that does not support it because it has not been implemented yet.\n"
    "Please file an issue to PyTorch at https://github.com/pytorch/pytorch/issues/new?template=feature-request.yml so "
    "that we can prioritize its implementation"
)
#: NumPy's letters of the dtypes that have derivatives.
_INEXACT = frozenset("efdFDE")


def refused(name: str, *, fallback: bool = False) -> str:
    """What PyTorch says of an operation in place (``name_``) or not; ``fallback``: it has no derivative of any kind."""
    if fallback:
        return f"Trying to use forward AD with aten::{name} that does not support it."
    more = "." if name.endswith("_") else " or submit a PR adding the implementation to derivatives.yaml"
    return _ASKED.format(name=name) + more


def check_forward(
    op: Operation, args: Sequence[Any], has_tangent: Callable[[Tensor], Any], in_place: bool = False
) -> None:
    """Raise NotImplementedError for an operand that has a tangent where the operation passes none on."""
    op.parse()
    whole = op.taken is not None and not _INEXACT.intersection(op.taken.letters)
    for p in op.params if whole else op.edges:
        if p.kind not in ("tensor", "list"):
            continue
        rule = op.rules.get(p.name)
        by_rule = getattr(rule, "refuses", None)
        if not (whole or by_rule or getattr(rule, "unwritten", None)):
            continue
        value = args[p.index]
        for t in value if p.kind == "list" else (value,):
            if isinstance(t, Tensor) and has_tangent(t):
                name = (by_rule or op.aten).replace(".", "_").rstrip("_") + "_" * (in_place or op.aten.endswith("_"))
                raise NotImplementedError(refused(name, fallback=bool(whole or by_rule)))
