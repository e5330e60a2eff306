#!/bin/sh
# plotille 6.0.5: whether a plot has colours is decided by the process's own standard output, not by the caller.
#
# Figure.show() gives a string, and with_colors = True asks for colours in it. Yet where sys.stdout is no terminal they
# are left out, wherever the string is to go: into a file for a pager, a terminal reached otherwise, a test. FORCE_COLOR
# in the environment brings them back. One would guess that what makes a string asks nobody where it will be printed.
#
# Seen: 0 escape sequences with with_colors = True in a pipe, some with FORCE_COLOR=1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --quiet --disable-pip-version-check plotille==6.0.5
cat >"$folder/count.py" <<'PYTHON'
import plotille

figure = plotille.Figure()
figure.width, figure.height, figure.with_colors = 20, 5, True
figure.plot([0, 1, 2], [0, 1, 4], lc="red")
print(figure.show().count("\x1b["))
PYTHON
plain=$(env -u FORCE_COLOR -u NO_COLOR "$folder/env/bin/python" "$folder/count.py")
forced=$(env -u NO_COLOR FORCE_COLOR=1 "$folder/env/bin/python" "$folder/count.py")
echo "plotille 6.0.5: $plain escape sequences in a pipe, $forced with FORCE_COLOR=1"
[ "$plain" = 0 ] && [ "$forced" -gt 0 ] || { echo "it has changed" >&2; exit 1; }
