"""Early stopping: keep the best weights seen on validation data, and give up when nothing improves any more."""
import copy
from typing import Any, Dict, Optional

import torch
from torch import Tensor, nn


class EarlyStopping:
    """Remember the best model; `stop` becomes true after `patience` epochs without improvement."""

    def __init__(self, patience: int = 5, min_delta: float = 0.0) -> None:
        self.patience = patience
        self.min_delta = min_delta
        self.best_loss = float("inf")
        self.best_epoch: int = -1
        self.best_state: Optional[Dict[str, Any]] = None
        self.counter = 0

    def __call__(self, epoch: int, loss: float, model: nn.Module) -> bool:
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch, self.counter = loss, epoch, 0
            self.best_state = copy.deepcopy(model.state_dict())
        else:
            self.counter += 1
        return self.stop

    @property
    def stop(self) -> bool:
        return self.counter >= self.patience

    def __repr__(self):
        return f"{self.__class__.__name__}(patience={self.patience}, best_epoch={self.best_epoch})"


def data(n: int, seed: int) -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(seed)
    x = torch.rand(n, 1, generator=g) * 2 - 1
    return x, torch.sin(3 * x) + 0.3 * torch.randn(n, 1, generator=g)


torch.manual_seed(7)
model = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
x_train, y_train = data(12, seed=1)
x_val, y_val = data(40, seed=2)
loss_fn = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
stopper = EarlyStopping(patience=15, min_delta=1e-3)
print(stopper)

history: list[dict[str, float]] = []
for epoch in range(200):
    model.train()
    optimizer.zero_grad(set_to_none=True)
    train_loss = loss_fn(model(x_train), y_train)
    train_loss.backward()
    optimizer.step()

    model.eval()
    with torch.no_grad():
        val_loss = loss_fn(model(x_val), y_val).item()
    history.append({"train": train_loss.item(), "val": val_loss})
    if stopper(epoch, val_loss, model):
        print(f"stopped after epoch {epoch}; the best was epoch {stopper.best_epoch} with {stopper.best_loss:.3f}")
        break
else:
    print("never stopped")

before = {name: p.clone() for name, p in model.state_dict().items()}
print(model.load_state_dict(stopper.best_state))
changed = [name for name, p in model.state_dict().items() if not torch.equal(p, before[name])]
print(f"{len(changed)} of {len(before)} tensors went back in time: {', '.join(changed[:3])}, ...")
with torch.no_grad():
    assert abs(loss_fn(model(x_val), y_val).item() - stopper.best_loss) < 1e-6

best = min(range(len(history)), key=lambda i: history[i]["val"])
for i in (0, best // 2, best):
    print(f"{i:4d}  " + "  ".join(f"{k}={v:.3f}" for k, v in history[i].items()))

# what happens when the architecture doesn't fit
try:
    nn.Sequential(nn.Linear(1, 8)).load_state_dict(stopper.best_state)
except RuntimeError as error:
    print("RuntimeError:", str(error).splitlines()[0])
