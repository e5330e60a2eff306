#!/bin/sh
# numpy 2.4.0: np.errstate holds for the thread (and context) that entered it, not for threads started inside.
#
# It is kept in a context variable, and a new thread begins with an empty context: what is silenced around
# thread.start() warns in the thread. With copy_context().run as the thread's target it stays silent. One would guess
# that a setting around a computation holds for the computation, wherever it runs.
#
# Seen: 1 warning in a plain thread, 0 in a thread that runs in a copy of the context.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --quiet --disable-pip-version-check numpy==2.4.0
"$folder/env/bin/python" - <<'PYTHON'
import threading
import warnings
from contextvars import copy_context

import numpy as np

def warnings_of(make):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with np.errstate(all="ignore"):
            thread = make(lambda: np.log(np.zeros(2)))
            thread.start()
            thread.join()
    return len(seen)

plain = warnings_of(lambda work: threading.Thread(target=work))
copied = warnings_of(lambda work: threading.Thread(target=copy_context().run, args=(work,)))
print("numpy", np.__version__)
print(plain, "warning in a plain thread,", copied, "in a copy of the context")
assert (plain, copied) == (1, 0), "it has changed"
PYTHON
