#!/bin/sh
# torch 2.13.0 (CPU): torch.matrix_exp of a small float16 or bfloat16 matrix gives numbers of the order of -1e4 and -1e30.
#
# It is offered for both dtypes, and one would guess a result that is right to three digits, or a refusal as that of
# linalg.inv ("Low precision dtypes not supported"). For half the identity matrix, exp(0.5) = 1.6487 on the diagonal is
# right; float32 gives it.
#
# Seen: -21040 on the diagonal in float16.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --quiet --disable-pip-version-check torch==2.13.0 numpy
"$folder/env/bin/python" - <<'PYTHON'
import torch

x = torch.eye(2) / 2
print("torch", torch.__version__)
right = torch.matrix_exp(x)
for dtype in (torch.float16, torch.bfloat16):
    found = torch.matrix_exp(x.to(dtype))
    print(found, "where", right, "is right")
    assert not torch.allclose(found.float(), right, rtol=0.1), f"it has changed: {dtype} is right"
PYTHON
