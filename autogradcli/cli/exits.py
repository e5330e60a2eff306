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
