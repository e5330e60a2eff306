"""Signals: Fourier analysis, a learned low-pass filter, convolution by FFT, and a spectrogram, with gradients through all."""
import math

import torch
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_printoptions(precision=3, sci_mode=False, linewidth=100)

rate, n = 64, 128
t = torch.arange(n) / rate
signal = torch.sin(2 * math.pi * 5 * t) + 0.5 * torch.cos(2 * math.pi * 12 * t)
noisy = signal + 0.3 * torch.randn(n)

spectrum = torch.fft.rfft(noisy)
frequencies = torch.fft.rfftfreq(n, d=1 / rate)
peaks = spectrum.abs().topk(2).indices.sort().values
print("spectrum:", spectrum.dtype, tuple(spectrum.shape), "| peaks at", frequencies[peaks].tolist(), "Hz")
print("amplitudes:", (2 / n * spectrum[peaks].abs()))
energy = noisy.square().sum()
print("Parseval:", torch.allclose(energy, torch.fft.fft(noisy).abs().square().sum() / n, rtol=1e-4))

# the convolution theorem
kernel = torch.hann_window(9) / torch.hann_window(9).sum()
full = torch.fft.irfft(torch.fft.rfft(noisy, n + 8) * torch.fft.rfft(kernel, n + 8), n + 8)
direct = F.conv1d(noisy.view(1, 1, -1), kernel.flip(0).view(1, 1, -1), padding=8).flatten()
print("convolution theorem:", torch.allclose(full, direct, atol=1e-5))

# gains per frequency, learned so that the noise goes away
gains = torch.zeros(n // 2 + 1, requires_grad=True)
optimizer = torch.optim.Adam([gains], lr=0.3)
for step in range(41):
    filtered = torch.fft.irfft(torch.fft.rfft(noisy) * torch.sigmoid(gains), n)
    loss = F.mse_loss(filtered, signal) + 1e-3 * torch.sigmoid(gains).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step:2d}: loss {loss.item():.4f}")
open_bands = (torch.sigmoid(gains) > 0.9).nonzero().flatten()
print("most open at the two tones:", {10, 24} <= set(open_bands.tolist()))

# gradient of a phase: two copies of a signal are aligned
shift = torch.tensor(0.02, requires_grad=True)
target = torch.sin(2 * math.pi * 3 * (t - 0.1))
for _ in range(30):
    k = torch.fft.rfft(torch.sin(2 * math.pi * 3 * t))
    moved = torch.fft.irfft(k * torch.exp(-2j * math.pi * frequencies * shift), n)
    loss = F.mse_loss(moved, target)
    (g,) = torch.autograd.grad(loss, shift)
    with torch.no_grad():
        shift -= 0.003 * g
print(f"shift found: {shift.item():.3f}")

chirp = torch.sin(2 * math.pi * (4 * t + 5 * t**2))
S = torch.stft(chirp, n_fft=32, hop_length=16, window=torch.hann_window(32), return_complex=True)
print("spectrogram:", tuple(S.shape), "strongest bin over time:", S.abs().argmax(0).tolist())
back = torch.istft(S, n_fft=32, hop_length=16, window=torch.hann_window(32), length=n)
print("and back:", torch.allclose(back, chirp, atol=1e-4))

# a complex leaf
z = torch.tensor([1 + 2j, -0.5j], requires_grad=True)
(z.abs() ** 2).sum().backward()
print(z.grad, torch.view_as_real(z.detach()).tolist(), torch.polar(torch.tensor(1.0), torch.tensor(math.pi / 2)).imag.item())
image = torch.zeros(8, 8)
image[2:6, 3:5] = 1
F2 = torch.fft.fftshift(torch.fft.fft2(image))
print(f"2-D: centre {F2[4, 4].real:.1f}, energy {F2.abs().square().mean():.1f}")
