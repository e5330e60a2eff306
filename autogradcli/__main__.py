"""``python -m autogradcli``: the same as the command ``autogradcli``."""

import sys

from autogradcli.cli.start import main

if __name__ == "__main__":
    sys.exit(main())
