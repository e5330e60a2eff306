# name: FFT convolution
# group: transforms
import torch

torch.manual_seed(0)
x = torch.randn(8, 4096)
w = torch.randn(64, requires_grad=True)
y = torch.randn(8, 4096)
for _ in range(10):
    n = 4096 + 63
    found = torch.fft.irfft(torch.fft.rfft(x, n) * torch.fft.rfft(w, n), n)[:, :4096]
    loss = ((found - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.01 * w.grad
        w.grad = None
