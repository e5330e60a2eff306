#!/bin/sh
# torch 2.13.0 (CPU): the Jacobian by forward mode of t.addcmul_(a, t) is not that of t + a * t.
#
# The values agree; the tangent doesn't: the product rule for a * t is evaluated when t has its new value already. The
# backward pass refuses the same line ("modified by an inplace operation"), so one would guess that forward mode either
# refuses it too or is right. It gives other numbers without a word.
#
# Seen: the two Jacobians differ by 0.24 in their largest element.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --quiet --disable-pip-version-check torch==2.13.0 numpy
"$folder/env/bin/python" - <<'PYTHON'
import torch

def in_place(x):
    t = x.clone()
    t.addcmul_((t * 0.5).sum().sin().expand(3), t)
    return t

def out_of_place(x):
    return x + (x * 0.5).sum().sin().expand(3) * x

x = torch.tensor([0.3, 0.7, 1.1], dtype=torch.float64)
assert torch.allclose(in_place(x), out_of_place(x))
found, right = torch.func.jacfwd(in_place)(x), torch.func.jacfwd(out_of_place)(x)
assert torch.allclose(torch.func.jacrev(out_of_place)(x), right)
print("torch", torch.__version__)
print(found, "where", right, "is right")
assert not torch.allclose(found, right), "it has changed: forward mode is right"
PYTHON
