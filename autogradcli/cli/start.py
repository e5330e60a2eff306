"""Where the command begins: Ctrl-C says nothing, also while modules are still loaded and when all is done."""

from __future__ import annotations


def main() -> int:
    """The exit code of the command line of this process. Never raises, unless asked to by ``--debug``."""
    from .exits import INTERRUPTED

    try:
        from .main import main as run

        code = run()
    except KeyboardInterrupt:
        code = INTERRUPTED
    import signal

    # Nothing is left to be interrupted, and Python would say where it was.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return code
