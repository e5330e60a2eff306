"""``python -m autogradcli``, and the command ``autogradcli``."""

import sys


def main() -> int:
    """Run the command line and return the exit code; an interrupt is heard from the first import on."""
    from autogradcli.cli.interrupts import end_at_once

    end_at_once()
    from autogradcli.cli.main import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
