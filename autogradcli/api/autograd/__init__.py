"""``torch.autograd``: backward and grad, modes, graph nodes, hooks, Functions, checks of gradients."""
