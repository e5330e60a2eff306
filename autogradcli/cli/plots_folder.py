"""The folder that ``--plots`` names: pictures of programs go there and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from ..data.drafts import write_atomically


def writer(folder: str) -> Callable[[str, bytes], None]:
    """Writes a file of that name into the folder, which is made. Raises OSError, and ValueError for another name."""

    def write(name: str, data: bytes) -> None:
        if os.path.basename(name) != name or name.startswith("."):
            raise ValueError(f"{name!r} is no plain name of a file")
        os.makedirs(folder, exist_ok=True)
        write_atomically(os.path.join(folder, name), partial(_fill, data=data))

    return write


def _fill(draft: BinaryIO, data: bytes) -> None:
    draft.write(data)
