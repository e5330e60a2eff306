"""A figure with matplotlib: data, fitted curve, loss history; and the same in letters for the terminal."""
import matplotlib.pyplot as plt
import torch

torch.manual_seed(0)
x = torch.linspace(-1, 1, 40)
y = x**3 - 0.5 * x + 0.05 * torch.randn(40)

coefficients = torch.zeros(4, requires_grad=True)
powers = torch.stack([x**k for k in range(4)], dim=1)
optimizer = torch.optim.Adam([coefficients], lr=0.05)
history = []
for step in range(150):
    loss = (powers @ coefficients - y).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(loss.item())
print("coefficients:", [round(c, 1) + 0.0 for c in coefficients.tolist()], f"loss {history[-1]:.4f}")

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
left.scatter(x.numpy(), y.numpy(), s=12, label="data")
left.plot(x.numpy(), (powers @ coefficients).detach().numpy(), color="tab:red", label="fit")
left.set_xlabel("x")
left.set_ylabel("y")
left.set_title("A cubic")
left.legend()
right.plot(history, linestyle="--")
right.set_yscale("log")
right.set_title("Loss")
right.grid(True)
plt.tight_layout()
plt.show()
plt.close(fig)

width = 40
lowest, highest = min(history), max(history)
for step in range(0, 150, 30):
    bar = int(width * (history[step] - lowest) / (highest - lowest))
    print(f"{step:>4} |{'#' * bar:<{width}}| {history[step]:.3f}")
