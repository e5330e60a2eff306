"""Averaged weights: an exponential moving average by hand, and torch.optim.swa_utils."""
import copy

import torch
from torch import nn
from torch.optim.swa_utils import SWALR, AveragedModel, get_ema_multi_avg_fn, update_bn
from torch.utils.data import DataLoader, TensorDataset


class EMA:
    """A shadow of the parameters: shadow = decay * shadow + (1 - decay) * parameter."""

    def __init__(self, model: nn.Module, decay: float = 0.9):
        self.decay = decay
        self.shadow = {k: v.detach().clone() for k, v in model.state_dict().items()}
        self.backup: dict = {}

    @torch.no_grad()
    def update(self, model):
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                self.shadow[name].lerp_(value, 1 - self.decay)
            else:
                self.shadow[name].copy_(value)

    def __enter__(self):
        self.backup = copy.deepcopy(self.model.state_dict())
        self.model.load_state_dict(self.shadow)
        return self.model

    def __exit__(self, *exc_info):
        self.model.load_state_dict(self.backup)
        return False

    def applied_to(self, model):
        self.model = model
        return self


torch.manual_seed(0)
X = torch.randn(64, 4)
y = X @ torch.tensor([1.0, -1.0, 2.0, 0.5]) + 0.5 * torch.randn(64)
loader = DataLoader(TensorDataset(X, y), batch_size=8, shuffle=True)


def make_model():
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1), nn.Flatten(0))


model = make_model()
ema = EMA(model, decay=0.9)
swa_model = AveragedModel(model)
ema_model = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=6)
swa_start, swa_scheduler = 4, SWALR(optimizer, anneal_strategy="linear", anneal_epochs=2, swa_lr=0.03)
loss_fn = nn.MSELoss()

for epoch in range(8):
    total = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        ema.update(model)
        ema_model.update_parameters(model)
        total += loss.item() * len(xb)
    if epoch > swa_start:
        swa_model.update_parameters(model)
        swa_scheduler.step()
    else:
        scheduler.step()
    print(f"epoch {epoch}: loss {total / len(X):.2f}, lr {optimizer.param_groups[0]['lr']:.4f}, averaged {swa_model.n_averaged.item()}")

update_bn(loader, swa_model)
with torch.no_grad():
    model.eval(), swa_model.eval()
    print(f"last weights {loss_fn(model(X), y).item():.2f}, averaged {loss_fn(swa_model(X), y).item():.2f}")

before = model[0].weight.clone()
with ema.applied_to(model) as averaged:
    print("inside, the weights are the average:", torch.equal(averaged[0].weight, ema.shadow["0.weight"]))
    with torch.no_grad():
        print(f"loss of the moving average {loss_fn(averaged(X), y).item():.2f}")
print("outside, they are back:", torch.equal(model[0].weight, before))
difference = (ema_model.module[0].weight - ema.shadow["0.weight"]).abs().max()
print(type(ema_model.module).__name__, "of swa_utils is near the hand-made one:", difference.item() < 0.1)
print(list(swa_model.state_dict())[:3])
