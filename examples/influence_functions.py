"""Influence functions: Hessian-vector products by double backward, conjugate gradients, and leaving one point out."""
import torch


def hvp(loss_fn, w, v):
    """Hessian-vector product: the gradient of <gradient, v>."""
    loss = loss_fn(w)
    (g,) = torch.autograd.grad(loss, w, create_graph=True)
    (Hv,) = torch.autograd.grad((g * v).sum(), w)
    return Hv


def conjugate_gradient(apply, b, tol=1e-12, max_iter=50):
    x = torch.zeros_like(b)
    r, p = b.clone(), b.clone()
    rs = r @ r
    for k in range(max_iter):
        Ap = apply(p)
        alpha = rs / (p @ Ap)
        x += alpha * p
        r -= alpha * Ap
        rs_new = r @ r
        if rs_new.sqrt() < tol:
            break
        p = r + (rs_new / rs) * p
        rs = rs_new
    return x, k + 1


def losses(w, X, y):
    return torch.nn.functional.softplus(-y * (X @ w))


def fit(X, y, l2=0.01):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    for i in range(20):
        objective = losses(w, X, y).mean() + l2 * w.dot(w)
        (g,) = torch.autograd.grad(objective, w)
        H = torch.autograd.functional.hessian(lambda w: losses(w, X, y).mean() + l2 * w.dot(w), w.detach())
        with torch.no_grad():
            step = torch.linalg.solve(H, g)
            w -= step
        if step.norm() < 1e-12:
            break
    return w.detach(), i


torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
n, d = 40, 4
X = torch.randn(n, d)
true_w = torch.tensor([1.0, -2.0, 0.5, 0.0])
y = torch.where(torch.sigmoid(X @ true_w) > torch.rand(n), 1.0, -1.0)
x_test, y_test = torch.randn(d), torch.tensor(1.0)

w_hat, iterations = fit(X, y)
print(f"Newton's method took {iterations} iterations: w = {[round(v, 4) for v in w_hat.tolist()]}")


def objective(w):
    return losses(w, X, y).mean() + 0.01 * w.dot(w)


w = w_hat.clone().requires_grad_()
v = torch.ones(d)
H = torch.autograd.functional.hessian(objective, w_hat)
print("H v:", hvp(objective, w, v))
print("as a matrix product:", torch.allclose(H @ v, hvp(objective, w, v)))
_, by_functional = torch.autograd.functional.hvp(objective, w_hat, v)
print("by functional.hvp:", torch.allclose(H @ v, by_functional))
jvp_of_grad = torch.func.jvp(torch.func.grad(objective), (w_hat,), (v,))[1]
print("forward over reverse:", torch.allclose(H @ v, jvp_of_grad))

test_loss = losses(w, x_test[None], y_test[None]).sum()
(g_test,) = torch.autograd.grad(test_loss, w)
s_test, steps = conjugate_gradient(lambda p: hvp(objective, w, p), g_test)
print(f"conjugate gradients: {steps} steps, residual {(H @ s_test - g_test).norm().item() < 1e-10}")

per_sample = torch.func.vmap(torch.func.grad(lambda w, x, y: losses(w, x[None], y[None]).sum()), (None, 0, 0))(w_hat, X, y)
influence = per_sample @ s_test / n
print(f"{'point':>5} {'predicted':>10} {'actual':>10}")
actual = []
for i in influence.abs().argsort(descending=True)[:5].tolist():
    keep = [j for j in range(n) if j != i]
    # the penalty is weighed as before: (n - 1) / n of the mean over the others
    w_loo, _ = fit(X[keep], y[keep], l2=0.01 * n / (n - 1))
    change = (losses(w_loo, x_test[None], y_test[None]) - test_loss.detach()).item()
    print(f"{i:>5} {influence[i].item():>10.5f} {change:>10.5f}")
    actual.append(change)
