"""``python -m autogradcli``, and the command ``autogradcli``."""

import _signal  # type: ignore[import-not-found]  # quicker than signal, which makes enumerations
import os


def main() -> None:
    """Run the command line and end the process; an interrupt is heard from the first import on."""
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        # Before anything is imported: there is nothing to tidy up yet, and 130 is what the exit code has to be.
        _signal.signal(_signal.SIGINT, lambda number, frame: os._exit(130))
    from .cli.quick_imports import install

    install()
    from .cli.interrupts import leave
    from .cli.main import main as run

    leave(run())


if __name__ == "__main__":
    main()
