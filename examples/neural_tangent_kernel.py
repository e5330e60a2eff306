"""The empirical neural tangent kernel in three ways, and kernel regression with it."""
import torch
import torch.nn as nn
from torch.func import functional_call, jacrev, jvp, vjp, vmap


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 3, (3, 3))
        self.conv2 = nn.Conv2d(3, 4, (3, 3))
        self.fc = nn.Linear(4 * 4 * 4, 2)

    def forward(self, x):
        x = self.conv1(x)
        x = x.relu()
        x = self.conv2(x)
        x = x.relu()
        x = x.flatten(1)
        return self.fc(x)


torch.manual_seed(0)
x_train = torch.randn(6, 1, 8, 8)
x_test = torch.randn(3, 1, 8, 8)
net = CNN()
params = {k: v.detach() for k, v in net.named_parameters()}


def fnet_single(params, x):
    return functional_call(net, params, (x.unsqueeze(0),)).squeeze(0)


def empirical_ntk_jacobian_contraction(fnet_single, params, x1, x2, compute="full"):
    jac1 = vmap(jacrev(fnet_single), (None, 0))(params, x1)
    jac1 = [j.flatten(2) for j in jac1.values()]
    jac2 = vmap(jacrev(fnet_single), (None, 0))(params, x2)
    jac2 = [j.flatten(2) for j in jac2.values()]
    einsum_expr = {"full": "Naf,Mbf->NMab", "trace": "Naf,Maf->NM", "diagonal": "Naf,Maf->NMa"}[compute]
    return torch.stack([torch.einsum(einsum_expr, j1, j2) for j1, j2 in zip(jac1, jac2)]).sum(0)


def empirical_ntk_ntk_vps(func, params, x1, x2, compute="full"):
    def get_ntk(x1, x2):
        def func_x1(params):
            return func(params, x1)

        def func_x2(params):
            return func(params, x2)

        output, vjp_fn = vjp(func_x1, params)

        def get_ntk_slice(vec):
            # vec @ J(x2).T, then J(x1)
            vjps = vjp_fn(vec)
            _, jvps = jvp(func_x2, (params,), vjps)
            return jvps

        basis = torch.eye(output.numel(), dtype=output.dtype).view(output.numel(), -1)
        return vmap(get_ntk_slice)(basis)

    result = vmap(vmap(get_ntk, (None, 0)), (0, None))(x1, x2)
    if compute == "full":
        return result
    return torch.einsum("NMKK->NM" if compute == "trace" else "NMKK->NMK", result)


contraction = empirical_ntk_jacobian_contraction(fnet_single, params, x_train, x_test)
print(contraction.shape)
products = empirical_ntk_ntk_vps(fnet_single, params, x_train, x_test)
print("by vector products:", torch.allclose(contraction, products, atol=1e-4))
for compute in ("trace", "diagonal"):
    a = empirical_ntk_jacobian_contraction(fnet_single, params, x_train, x_test, compute)
    b = empirical_ntk_ntk_vps(fnet_single, params, x_train, x_test, compute)
    print(f"{compute:>8}: {tuple(a.shape)} {torch.allclose(a, b, atol=1e-4)}")

# plain loops over parameters, to be sure
net.zero_grad()
rows = []
for x in (x_train[0], x_test[1]):
    out = net(x[None])[0]
    rows.append([torch.cat([g.flatten() for g in torch.autograd.grad(o, list(net.parameters()), retain_graph=True)]) for o in out])
by_hand = torch.stack([torch.stack([a @ b for b in rows[1]]) for a in rows[0]])
print("by hand:", torch.allclose(by_hand, contraction[0, 1], atol=1e-4))

# kernel regression: what a very wide network trained for long would answer
K = empirical_ntk_jacobian_contraction(fnet_single, params, x_train, x_train, "trace")
k = empirical_ntk_jacobian_contraction(fnet_single, params, x_test, x_train, "trace")
eigenvalues = torch.linalg.eigvalsh(K)
print("symmetric:", torch.allclose(K, K.T), "| positive definite:", bool((eigenvalues > 0).all()))
targets = torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
alpha = torch.linalg.solve(K, targets)
print("on the training data:", (K @ alpha).round(decimals=2).tolist())
print("elsewhere:", [f"{v:.2f}" for v in (k @ alpha).tolist()])
