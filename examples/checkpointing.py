"""Less memory: gradient checkpointing, gradient accumulation, and clipping in three ways."""
import torch
import torch.nn as nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

calls = {"forward": 0}


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.ff = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        calls["forward"] += 1
        return x + self.ff(self.norm(x))


class Net(nn.Module):
    def __init__(self, width=8, depth=4, use_checkpoint=False):
        super().__init__()
        self.blocks = nn.ModuleList([Block(width) for _ in range(depth)])
        self.head = nn.Linear(width, 1)
        self.use_checkpoint = use_checkpoint

    def forward(self, x):
        for block in self.blocks:
            if self.use_checkpoint and self.training:
                x = checkpoint(block, x, use_reentrant=False)
            else:
                x = block(x)
        return self.head(x)


torch.manual_seed(0)
plain = Net()
saving = Net(use_checkpoint=True)
print(saving.load_state_dict(plain.state_dict()))
x, y = torch.randn(16, 8), torch.randn(16, 1)

grads = []
for model in (plain, saving):
    calls["forward"] = 0
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    grads.append([p.grad.clone() for p in model.parameters()])
    print(f"use_checkpoint={model.use_checkpoint!s:<5} blocks run {calls['forward']} times, loss {loss.item():.4f}")
print("same gradients:", all(torch.equal(a, b) for a, b in zip(*grads)))

sequential = nn.Sequential(*[Block(8) for _ in range(4)])
calls["forward"] = 0
out = checkpoint_sequential(sequential, 2, x.clone().requires_grad_(), use_reentrant=False)
out.sum().backward()
print("checkpoint_sequential:", calls["forward"], "block runs")

# --- gradient accumulation: four small batches make the gradient of the large one ---
plain.zero_grad()
accumulation_steps = 4
for i, (xb, yb) in enumerate(zip(x.chunk(accumulation_steps), y.chunk(accumulation_steps))):
    loss = nn.functional.mse_loss(plain(xb), yb) / accumulation_steps
    loss.backward()
    if (i + 1) % accumulation_steps == 0:
        print("accumulated:", all(torch.allclose(p.grad, g, atol=1e-6) for p, g in zip(plain.parameters(), grads[0])))

# --- clipping ---
total = torch.nn.utils.clip_grad_norm_(plain.parameters(), max_norm=0.1)
after = torch.norm(torch.stack([p.grad.norm() for p in plain.parameters()]))
print(f"norm {total:.4f} clipped to {after:.4f}")
torch.nn.utils.clip_grad_value_(plain.parameters(), clip_value=0.01)
print(f"largest value {max(p.grad.abs().max().item() for p in plain.parameters()):.3f}")
inf_norm = torch.nn.utils.clip_grad_norm_(plain.parameters(), 0.005, norm_type=float("inf"))
print(f"infinity norm was {inf_norm:.3f}, is {max(p.grad.abs().max() for p in plain.parameters()):.3f}")

# by a hook, while the gradient is on its way
hooks = [p.register_hook(lambda g: g.clamp(-1e-3, 1e-3)) for p in plain.parameters()]
plain.zero_grad(set_to_none=True)
nn.functional.mse_loss(plain(x), y).backward()
print("by hooks:", f"{max(p.grad.abs().max() for p in plain.parameters()):.0e}")
for hook in hooks:
    hook.remove()
vector = nn.utils.parameters_to_vector(plain.parameters())
print(vector.shape, "parameters in one vector")
