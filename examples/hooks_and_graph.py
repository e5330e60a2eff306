"""What flows back: hooks on tensors and modules, retained gradients, the graph by its nodes."""
import torch
from torch import nn

torch.manual_seed(0)
x = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
h = torch.relu(x)
h.retain_grad()
h.register_hook(lambda g: print("arrives at h:", g))
y = (h * torch.tensor([1.0, 2.0, 3.0])).sum()
y.backward()
print(x.grad, h.grad)


def names(node, depth=0, seen=None):
    seen = set() if seen is None else seen
    if node is None or node in seen:
        return
    seen.add(node)
    print("  " * depth + node.name())
    for next_node, _ in node.next_functions:
        names(next_node, depth + 1, seen)


names(y.grad_fn)
net = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1))
norms = {}
for name, module in net.named_children():
    module.register_full_backward_hook(
        lambda module, grad_in, grad_out, name=name: norms.update({name: round(grad_out[0].norm().item(), 4)})
    )
net(torch.ones(4, 3, requires_grad=True)).sum().backward()
print(norms)
for name, parameter in net.named_parameters():
    print(f"{name:10} {tuple(parameter.shape)!s:8} {parameter.grad.abs().mean():.4f}")
