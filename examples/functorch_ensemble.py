"""Model ensembling with torch.func: stack_module_state, functional_call and vmap; then a step of training for all."""
import copy

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call, grad, grad_and_value, stack_module_state, vmap


class SimpleMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(6, 10)
        self.fc2 = nn.Linear(10, 10)
        self.fc3 = nn.Linear(10, 3)

    def forward(self, x):
        x = x.flatten(1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


torch.manual_seed(0)
num_models = 5
data = torch.randn(8, 4, 2, 3)            # 8 minibatches of 4 "images"
targets = torch.randint(3, (8 * 4,))
models = [SimpleMLP() for _ in range(num_models)]

# one after the other
predictions_one_by_one = [model(minibatch) for model, minibatch in zip(models, data)]

# all at once
params, buffers = stack_module_state(models)
print({name: tuple(p.shape) for name, p in params.items()}, len(buffers))
base_model = copy.deepcopy(models[0]).to("meta")


def fmodel(params, buffers, x):
    return functional_call(base_model, (params, buffers), (x,))


predictions = vmap(fmodel)(params, buffers, data[:num_models])
print(predictions.shape, torch.allclose(predictions, torch.stack(predictions_one_by_one), atol=1e-6))
same_data = vmap(fmodel, in_dims=(0, 0, None))(params, buffers, data[0])
print(same_data.shape, torch.allclose(same_data[2], models[2](data[0]), atol=1e-6))


# --- training the ensemble --------------------------------------------------
def compute_loss(params, buffers, x, y):
    return F.cross_entropy(fmodel(params, buffers, x), y)


x, y = data.reshape(32, 6), targets
params = {name: p.detach() for name, p in params.items()}
step = vmap(grad_and_value(compute_loss), in_dims=(0, 0, None, None))
for iteration in range(21):
    grads, losses = step(params, buffers, x, y)
    params = {name: p - 0.3 * grads[name] for name, p in params.items()}
    if iteration % 10 == 0:
        print(f"{iteration:>3}:", " ".join(f"{loss:.3f}" for loss in losses.tolist()))

logits = vmap(fmodel, in_dims=(0, 0, None))(params, buffers, x)
votes = logits.argmax(-1)                  # (models, samples)
ensemble = logits.softmax(-1).mean(0)
print("accuracy of each:", [f"{(v == y).float().mean():.2f}" for v in votes])
print(f"of the ensemble: {(ensemble.argmax(-1) == y).float().mean():.2f}")
disagreement = (votes != votes.mode(dim=0).values).float().mean()
print(f"disagreement {disagreement:.3f}")

# per-sample gradients of one member
member = {name: p[0] for name, p in params.items()}
per_sample = vmap(grad(lambda p, xi, yi: compute_loss(p, {}, xi[None], yi[None])), in_dims=(None, 0, 0))(member, x, y)
norms = sum(g.flatten(1).square().sum(1) for g in per_sample.values()).sqrt()
print("per-sample gradient norms:", norms.shape, f"median {norms.median():.2f}")

# randomness: the same dropout for all, or one for each
torch.manual_seed(1)
for randomness in ("same", "different"):
    out = vmap(lambda t: F.dropout(t, 0.5), randomness=randomness)(torch.ones(3, 8))
    print(randomness, [int((row == 0).sum()) for row in out], bool((out[0] == out[1]).all()))
