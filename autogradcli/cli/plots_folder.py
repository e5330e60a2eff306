"""The folder that ``--plots`` names: pictures of programs go there and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from ..data.drafts import write_atomically


def writer(folder: str) -> Callable[[str, bytes], None]:
    """Writes a file of that name into the folder, or one below it; both are made. Raises OSError, and ValueError for
    another name and for a folder that leads elsewhere."""

    def write(name: str, data: bytes) -> None:
        if any(
            part in ("", os.pardir) or part.startswith(".") or os.path.basename(part) != part
            for part in name.split("/")
        ):
            raise ValueError(f"{name!r} is no plain name of a file")
        target = os.path.join(folder, *name.split("/"))
        place = os.path.dirname(target)
        os.makedirs(place, exist_ok=True)
        inside = os.path.realpath(folder)
        if os.path.commonpath([inside, os.path.realpath(place)]) != inside:
            raise ValueError(f"{name!r} leads out of the folder")
        write_atomically(target, partial(_fill, data=data))

    return write


def _fill(draft: BinaryIO, data: bytes) -> None:
    draft.write(data)
