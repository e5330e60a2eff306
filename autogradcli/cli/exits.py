"""What a process says when it ends."""

from __future__ import annotations

#: In the environment, it shows the traceback of an internal error, as ``--debug`` does.
DEBUG = "AUTOGRADCLI_DEBUG"

#: All went well.
OK = 0
#: A program or an expression failed.
FAILED = 1
#: The command line makes no sense.
USAGE = 2
#: Ctrl-C.
INTERRUPTED = 130


def last_words(error: BaseException) -> tuple[str, str]:
    """The message and the hint about an error that nothing has made an event of."""
    if isinstance(error, MemoryError):
        return "out of memory", ""
    if isinstance(error, ImportError):
        return str(error), "the installation is not complete: install autogradcli again"
    from ..language.errors import described

    return (
        f"internal error: {': '.join(filter(None, described(error)))}",
        f"please report it, with what {DEBUG}=1 shows",
    )
