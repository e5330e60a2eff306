# name: Gaussian process by Cholesky
# group: linear algebra
import torch

torch.manual_seed(0)
n = 100
X = torch.linspace(-3, 3, n).double().unsqueeze(1)
y = torch.sin(X[:, 0]) + 0.1 * torch.randn(n, dtype=torch.float64)
log_l = torch.zeros((), dtype=torch.float64, requires_grad=True)
log_s = torch.zeros((), dtype=torch.float64, requires_grad=True)
log_n = torch.tensor(-2.0, dtype=torch.float64, requires_grad=True)
opt = torch.optim.Adam([log_l, log_s, log_n], lr=0.05)
for k in range(10):
    opt.zero_grad()
    d2 = (X - X.T) ** 2
    K = torch.exp(log_s) * torch.exp(-0.5 * d2 / torch.exp(2 * log_l)) + torch.exp(log_n) * torch.eye(
        n, dtype=torch.float64
    )
    L = torch.linalg.cholesky(K)
    a = torch.cholesky_solve(y.unsqueeze(1), L)
    loss = 0.5 * (y * a[:, 0]).sum() + torch.log(torch.diagonal(L)).sum()
    loss.backward()
    opt.step()
