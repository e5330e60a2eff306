#!/bin/sh
# torch 2.14.1: Wishart.rsample draws valid samples a second time, with the warning "Singular sample detected."
#
# What it calls singular before its first correction are the samples that its own support accepts: the condition lacks a
# "not" there, and has it in the passes that follow. Every matrix of a healthy distribution is thrown away once, so a
# draw takes twice the random numbers, and the warning comes though nothing was singular. One would guess that the
# warning speaks of the samples, and that a seed gives the first draw.
#
# Seen: all of 100 samples are in the support, the warning comes once, and the generator is where two draws leave it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --quiet --disable-pip-version-check torch==2.14.1 numpy==2.4.0
"$folder/env/bin/python" - <<'PYTHON'
import warnings

import torch
from torch.distributions import Wishart

wishart = Wishart(torch.tensor(5.0), covariance_matrix=torch.eye(2))
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    torch.manual_seed(0)
    drawn = wishart.sample((100,))
    after = torch.get_rng_state()
torch.manual_seed(0)
wishart._bartlett_sampling(torch.Size([100]))
once = torch.get_rng_state()
wishart._bartlett_sampling(torch.Size([100]))
twice = torch.get_rng_state()

said = [str(warning.message) for warning in seen]
valid = bool(wishart.support.check(drawn).all())
print("torch", torch.__version__.partition("+")[0])
print("valid:", valid, "said:", said)
print("as after one draw:", torch.equal(after, once), "as after two:", torch.equal(after, twice))
assert valid and said == ["Singular sample detected."], "it has changed"
assert not torch.equal(after, once) and torch.equal(after, twice), "it has changed"
PYTHON
