#!/bin/sh
# torch 2.13.0: a number beyond float16's range fills a tensor of one element with inf, and is refused for two elements.
#
# torch.full((1,), 65520., dtype=torch.float16) gives tensor([inf]); the same call with the size (2,) raises a
# RuntimeError, as fill_ does. One would guess that whether a number fits a dtype does not depend on how many are made.
#
# Seen: tensor([inf], dtype=torch.float16) for one element; RuntimeError for two.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.0
"$folder/env/bin/python" - <<'PYTHON'
import torch

print("torch", torch.__version__)
one = torch.full((1,), 65520.0, dtype=torch.float16)
try:
    two = str(torch.full((2,), 65520.0, dtype=torch.float16))
except RuntimeError as error:
    two = f"RuntimeError: {error}"
print(one)
print(two)
assert one.item() == float("inf") and two.startswith("RuntimeError"), "it has changed"
PYTHON
