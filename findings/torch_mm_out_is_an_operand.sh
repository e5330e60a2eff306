#!/bin/sh
# torch 2.13.0 (CPU): torch.mm(x, y, out=x) gives zeros, without an error.
#
# out= may not share memory with an operand; elementwise functions say so ("unsupported operation: some elements of the
# input tensor and the written-to tensor refer to a single memory location"), and one expects the same of mm. It writes
# its result over the operand before it has read it.
#
# Seen: tensor([[0., 0.], [0., 0.]]) for the product [[19., 22.], [43., 50.]].
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --quiet --disable-pip-version-check torch==2.13.0 numpy
"$folder/env/bin/python" - <<'PYTHON'
import torch

x, y = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[5.0, 6.0], [7.0, 8.0]])
right = x @ y
torch.mm(x, y, out=x)
print("torch", torch.__version__)
print(x, "where", right, "is right")
assert not torch.equal(x, right), "it has changed: the product is right, or an error is raised"
PYTHON
