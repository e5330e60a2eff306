"""Adversarial examples: the fast gradient sign method and projected gradient descent against a small classifier."""
import torch
import torch.nn as nn
import torch.nn.functional as F


def fgsm_attack(model, x, y, epsilon):
    x_adv = x.clone().detach()
    x_adv.requires_grad = True
    loss = F.cross_entropy(model(x_adv), y)
    model.zero_grad()
    loss.backward()
    data_grad = x_adv.grad.data
    perturbed = x_adv + epsilon * data_grad.sign()
    return torch.clamp(perturbed, 0, 1).detach()


def pgd_attack(model, x, y, epsilon, alpha=None, steps=5, random_start=True):
    alpha = 2.5 * epsilon / steps if alpha is None else alpha
    x_adv = x.detach().clone()
    if random_start:
        x_adv += torch.empty_like(x_adv).uniform_(-epsilon, epsilon)
        x_adv.clamp_(0, 1)
    for _ in range(steps):
        x_adv.requires_grad_()
        with torch.enable_grad():
            loss = F.cross_entropy(model(x_adv), y)
        grad, = torch.autograd.grad(loss, [x_adv])
        x_adv = x_adv.detach() + alpha * grad.sign()
        x_adv = torch.min(torch.max(x_adv, x - epsilon), x + epsilon).clamp(0, 1)
    return x_adv.detach()


def accuracy(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item() * 100


def make_data(n):
    y = torch.randint(0, 3, (n,))
    pattern = torch.eye(3).repeat_interleave(4, dim=1)
    return (0.25 + 0.5 * pattern[y] + 0.2 * torch.randn(n, 12)).clamp(0, 1), y


torch.manual_seed(0)
x, y = make_data(200)
x_test, y_test = make_data(100)

for adversarial in (False, True):
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    for epoch in range(25):
        inputs = fgsm_attack(model, x, y, 0.1) if adversarial else x
        optimizer.zero_grad()
        loss = F.cross_entropy(model(inputs), y)
        loss.backward()
        optimizer.step()
    print(f"{'adversarial' if adversarial else 'ordinary':>11} training: loss {loss.item():.3f}")
    model.eval()
    print("  clean      %5.1f%%" % accuracy(model, x_test, y_test))
    for epsilon in [0.05, 0.1, 0.2]:
        fgsm = fgsm_attack(model, x_test, y_test, epsilon)
        pgd = pgd_attack(model, x_test, y_test, epsilon)
        assert (pgd - x_test).abs().max() <= epsilon + 1e-6 and 0 <= pgd.min() and pgd.max() <= 1
        print("  eps={:<5} FGSM {:5.1f}%   PGD {:5.1f}%".format(
            epsilon, accuracy(model, fgsm, y_test), accuracy(model, pgd, y_test)))

example = fgsm_attack(model, x_test[:1], y_test[:1], 0.2)
print("one example, changed by at most", round((example - x_test[:1]).abs().max().item(), 3))
print("from", model(x_test[:1]).softmax(1).argmax().item(), "to", model(example).softmax(1).argmax().item())
