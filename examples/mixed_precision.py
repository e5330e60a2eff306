"""Mixed precision on the CPU: what autocast makes of dtypes, a training loop in bfloat16, and number formats."""
import torch
import torch.nn as nn

print("machine epsilon and range:")
for dtype in (torch.float64, torch.float32, torch.bfloat16, torch.float16):
    info = torch.finfo(dtype)
    print(f"  {str(dtype):<15} bits={info.bits:<3} eps={info.eps:<10.3g} max={info.max:.3g} tiny={info.tiny:.3g}")

x = torch.tensor([1.0, 1.001, 1.01, 1000.5, 70000.0])
print(x.bfloat16())
print(x.half())
print((torch.tensor(1.0, dtype=torch.bfloat16) + 0.001).item(), (torch.tensor(256.0).bfloat16() + 1).item())

a, b = torch.randn(4, 8), torch.randn(8, 2)
with torch.autocast(device_type="cpu", dtype=torch.bfloat16):
    product = a @ b
    print("matmul:", product.dtype, "| exp:", product.exp().dtype, "| softmax:", product.softmax(-1).dtype)
    print("mse_loss:", nn.functional.mse_loss(product, torch.zeros(4, 2)).dtype, "| sum:", product.sum().dtype)
    print("mixed:", (product + a[:, :2]).dtype, "| enabled:", torch.is_autocast_enabled("cpu"))
    with torch.autocast("cpu", enabled=False):
        print("inside a disabled region:", (product.float() @ b.T).dtype)
print("outside:", (a @ b).dtype, torch.is_autocast_enabled("cpu"))

torch.manual_seed(0)
X = torch.randn(64, 6)
y = (X[:, :1] * X[:, 1:2] > 0).float()


def train(use_amp: bool):
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    history = []
    for epoch in range(12):
        optimizer.zero_grad(set_to_none=True)
        with torch.amp.autocast("cpu", dtype=torch.bfloat16, enabled=use_amp):
            out = model(X)
            loss = nn.functional.binary_cross_entropy_with_logits(out.float(), y)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        history.append(loss.item())
    return out.dtype, model[0].weight.dtype, model[0].weight.grad.dtype, history


for use_amp in (False, True):
    out, weight, grad, history = train(use_amp)
    print(f"amp={use_amp}: output {out}, weights {weight}, gradients {grad}; loss {history[0]:.1f} -> {history[-1]:.1f}")

# Rounding to bfloat16 keeps the upper 16 bits of a float32.
value = torch.tensor(3.14159265)
bits = value.view(torch.int32).item()
print(f"{bits & 0xFFFFFFFF:032b} = {value.item():.7f}")
print(f"{value.bfloat16().view(torch.int16).item() & 0xFFFF:016b}                 = {value.bfloat16().item():.7f}")
print("float16 underflows:", torch.tensor(1e-8).half().item(), "| scaled:", (torch.tensor(1e-8) * 2**16).half().item() > 0)
total = torch.tensor(0.0, dtype=torch.bfloat16)
for _ in range(300):
    total += 1
print("counting to 300 in bfloat16:", total)
