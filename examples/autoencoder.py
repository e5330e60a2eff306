"""A denoising autoencoder of sine waves, in a class with encoder and decoder, and PCA to compare with."""
import torch
import torch.nn as nn


class AutoEncoder(nn.Module):
    def __init__(self, n_in: int, n_code: int):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(n_in, 24),
            nn.ReLU(inplace=True),
            nn.Linear(24, n_code),
        )
        self.decoder = nn.Sequential(
            nn.Linear(n_code, 24),
            nn.ReLU(inplace=True),
            nn.Linear(24, n_in),
            nn.Tanh(),
        )
        self.apply(self._init)

    @staticmethod
    def _init(module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.constant_(module.bias, 0.01)

    def forward(self, x):
        code = self.encoder(x)
        return self.decoder(code), code


def waves(n: int) -> torch.Tensor:
    t = torch.linspace(0, 1, 32)
    phase = 6.2832 * torch.rand(n, 1)
    frequency = 1 + torch.rand(n, 1)
    return 0.9 * torch.sin(6.2832 * frequency * t + phase)


torch.manual_seed(2)
clean = waves(96)
model = AutoEncoder(32, 3)
print(model, end="\n\n")

optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
loss_fn = nn.SmoothL1Loss(beta=0.5)
for epoch in range(41):
    noisy = clean + 0.1 * torch.randn_like(clean)
    reconstruction, code = model(noisy)
    loss = loss_fn(reconstruction, clean) + 1e-4 * code.abs().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 10 == 0:
        print(f"Epoch {epoch:03d} | loss = {loss:.4f}")

with torch.no_grad():
    test = waves(50)
    error = (model(test)[0] - test).pow(2).mean(dim=1)
    print(f"test error: mean {error.mean():.3f}, worst {error.max():.3f}")

    # The best linear code of as many numbers, by a singular value decomposition.
    mean = clean.mean(0)
    U, S, Vh = torch.linalg.svd(clean - mean, full_matrices=False)
    basis = Vh[:3]
    linear = (test - mean) @ basis.T @ basis + mean
    print(f"three principal components: {(linear - test).pow(2).mean():.3f}")
    explained = S.pow(2) / S.pow(2).sum()
    print("explained variance:", " ".join(f"{v:.1%}" for v in explained[:4]))
