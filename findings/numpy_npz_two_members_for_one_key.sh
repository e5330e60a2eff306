#!/bin/sh
# numpy 2.4.0: an archive with members "a" and "a.npy" has two arrays under one key, and which one is read depends on
# the way of asking.
#
# savez adds ".npy" to every name, so zip archives made by other tools may have both. NpzFile strips the suffix in its
# list of keys (there are two "a" in it), and a look-up tries the member of just that name first. No error is raised.
#
# Seen: keys ['a', 'a'], archive["a"] and archive["a.npy"] are different arrays.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --quiet --disable-pip-version-check numpy==2.4.0
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
import io
import zipfile

import numpy as np

def member(array):
    text = io.BytesIO()
    np.save(text, array)
    return text.getvalue()

with zipfile.ZipFile("two.npz", "w") as archive:
    archive.writestr("a", member(np.array([1])))
    archive.writestr("a.npy", member(np.array([2])))
found = np.load("two.npz")
print("numpy", np.__version__)
print(list(found), found["a"], found["a.npy"])
assert list(found) == ["a", "a"], "it has changed: the keys are told apart"
assert found["a"].tolist() != found["a.npy"].tolist()
PYTHON
