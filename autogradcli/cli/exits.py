"""What a process says when it ends."""

from __future__ import annotations

#: All went well.
OK = 0
#: A program or an expression failed.
FAILED = 1
#: The command line makes no sense.
USAGE = 2
#: Ctrl-C.
INTERRUPTED = 130


class Ended(Exception):
    """A command is done, with this exit code; what there is to say has been said."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
