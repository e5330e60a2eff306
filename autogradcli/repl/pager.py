"""A pager for what is longer than the screen: ``$PAGER``, or ``less``."""

from __future__ import annotations

import os
import shlex

from ..show.escape import escape

#: Of ``less``: colours as they are, and no line broken.
_OPTIONS = "-RS"


def page(text: str) -> bool:
    """Show a text in the pager; False where there is none."""
    import subprocess

    command = shlex.split(os.environ.get("PAGER", "")) or ["less"]
    environ = {"LESS": _OPTIONS, **os.environ}
    try:
        subprocess.run(command, input=escape(text + "\n").encode("utf-8", "backslashreplace"), env=environ, check=False)
    except (OSError, ValueError):
        return False
    return True
