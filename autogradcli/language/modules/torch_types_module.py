"""``torch.types``: PyTorch's words for annotations."""

from __future__ import annotations

from typing import Any

from ...api.calls.registry import namespace
from ...engine.tensor import Size, Tensor
from ...numerics.dtypes import DType
from ..values.kinds import Alias, Form, Union

_table = namespace("torch.types")
_torch = namespace("torch")


def _union(*members: Any) -> Union:
    return Union(members)


_table.update({
    "Number": _union(int, float, bool), "_Number": (int, float, bool),
    "Device": _union(_torch["device"], str, int, None),
    "FileLike": Form("Union", "[str, os.PathLike[str], typing.IO[bytes]]"),
    "_int": int, "_float": float, "_bool": bool, "_complex": complex, "_str": str, "_dtype": DType,
    "_device": _torch["device"], "_size": _union(Size, Alias(list, int), Alias(tuple, (int, ...))), "Tensor": Tensor,
    "Size": Size, "Any": Form("Any"), "Union": Form("Union"), "Sequence": Form("Sequence"), "TYPE_CHECKING": False,
})  # fmt: skip
