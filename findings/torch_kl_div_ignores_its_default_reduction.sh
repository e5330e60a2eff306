#!/bin/sh
# torch 2.14.1: torch.kl_div(input, target) gives a loss for each element, though its schema says that the mean is meant.
#
# The operator's default is reduction=1, the mean, and torch.ops.aten.kl_div goes by it. The function torch.kl_div reads
# the same default as 0, no reduction, and so do its kin that name no reduction. With the number given, the two agree.
# One would guess that a function of the namespace torch is the operator of its name.
#
# Seen: a tensor of 2 elements from torch.kl_div, one of 0 dimensions from torch.ops.aten.kl_div; reduction=1 is the
# mean in both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --quiet --disable-pip-version-check torch==2.14.1 numpy==2.4.0
"$folder/env/bin/python" - <<'PYTHON'
import torch

log_p = torch.tensor([0.5, 0.2]).log()
q = torch.tensor([0.3, 0.7])
function, operator = torch.kl_div(log_p, q), torch.ops.aten.kl_div(log_p, q)
print("torch", torch.__version__.partition("+")[0])
print("schema:", torch.ops.aten.kl_div.default._schema)
print("torch.kl_div:", function, "torch.ops.aten.kl_div:", operator)
assert function.shape == (2,) and operator.shape == (), "it has changed"
assert torch.equal(torch.kl_div(log_p, q, reduction=1), operator), "it has changed"
PYTHON
