"""NumPy and torch side by side: shared memory, least squares both ways, statistics, and random numbers."""
import numpy as np
import torch

# --- shared memory ---------------------------------------------------------
a = np.arange(6, dtype=np.float32).reshape(2, 3)
t = torch.from_numpy(a)
t[0, 0] = 100
a[1] += 1
print(a)
print(t, t.dtype, np.shares_memory(a, t.numpy()))
copied = torch.tensor(a)
copied.zero_()
print("copy leaves it alone:", a[0, 0], "| as_tensor shares:", torch.as_tensor(a).data_ptr() == t.data_ptr())
for dtype in (np.float64, np.float32, np.int64, np.int32, np.uint8, np.bool_):
    print(f"{np.dtype(dtype).name:>8} -> {torch.from_numpy(np.zeros(1, dtype)).dtype}", end="; ")
print()

# --- least squares ---------------------------------------------------------
rng = np.random.default_rng(0)
X = np.column_stack([np.ones(50), rng.uniform(-1, 1, (50, 2))])
beta = np.array([1.0, -2.0, 0.5])
y = X @ beta + 0.1 * rng.standard_normal(50)
by_numpy, rss, rank, sv = np.linalg.lstsq(X, y, rcond=None)
by_torch = torch.linalg.lstsq(torch.from_numpy(X), torch.from_numpy(y)[:, None]).solution.squeeze()
print("lstsq:", by_numpy.round(4), "rank", rank, "agree:", np.allclose(by_numpy, by_torch.numpy()))

w = torch.zeros(3, dtype=torch.float64, requires_grad=True)
Xt, yt = torch.from_numpy(X), torch.from_numpy(y)
optimizer = torch.optim.SGD([w], lr=0.4)
for step in range(300):
    optimizer.zero_grad()
    loss = torch.mean((Xt @ w - yt) ** 2)
    loss.backward()
    optimizer.step()
print("descent:", w.detach().numpy().round(4), np.abs(w.detach().numpy() - by_numpy).max() < 1e-8)
np.testing.assert_allclose(w.detach().numpy(), by_numpy, rtol=1e-6)
gradient = 2 / len(y) * X.T @ (X @ np.zeros(3) - y)
w0 = torch.zeros(3, dtype=torch.float64, requires_grad=True)
torch.mean((Xt @ w0 - yt) ** 2).backward()
print("gradient by formula:", np.allclose(w0.grad, gradient), w0.grad.numpy().shape)

# --- statistics ------------------------------------------------------------
data = rng.normal(10, 2, size=(4, 250))
td = torch.from_numpy(data)
print(f"std: numpy {data.std():.4f} (divides by n), torch {td.std():.4f} (by n - 1), equal with ddof: {np.isclose(data.std(ddof=1), td.std().item())}")
print("percentiles", np.percentile(data, [5, 50, 95]).round(2), torch.quantile(td, torch.tensor([0.05, 0.5, 0.95], dtype=torch.float64)).numpy().round(2))
counts, edges = np.histogram(data, bins=5, range=(4, 16))
print("histogram", counts, torch.histc(td, bins=5, min=4, max=16).int().tolist(), edges)
print("correlation", np.allclose(np.corrcoef(data), torch.corrcoef(td)), "argsort", np.argsort(data[0])[:3], td[0].argsort()[:3].tolist())
print(np.where(data[0] > 14)[0], torch.where(td[0] > 14)[0].numpy(), np.unique(data.astype(int)).size)

# --- values in and out -----------------------------------------------------
scalar = np.float64(2.5)
print(torch.tensor(scalar).dtype, torch.tensor([np.int64(3), np.int64(4)]).dtype, torch.ones(2).numpy().sum())
print(np.array(torch.ones(2, 2)), np.asarray([t.item() for t in torch.arange(3)]), torch.ones(3).tolist())
try:
    w.numpy()
except RuntimeError as error:
    print("RuntimeError:", error)
np.random.seed(42)
print(np.random.rand(2).round(4), np.random.randint(0, 10, 5), np.random.permutation(5))
print(np.linspace(0, 1, 5), np.eye(2), np.einsum("ij,j->i", X[:2], beta).round(3))
with np.printoptions(precision=2, suppress=True):
    print(np.array([1 / 3, 1e-9, 22.5]))
