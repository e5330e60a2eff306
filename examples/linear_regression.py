"""Linear regression, the long way round: a Dataset, two DataLoaders, a training loop and a closed form to compare with.

Run it with `python linear_regression.py`.
"""
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, Dataset, random_split

# Hyper-parameters
BATCH_SIZE = 16
LEARNING_RATE = 5e-2
NUM_EPOCHS = 12
SEED = 42

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class HousePrices(Dataset):
    """Made-up houses: area, rooms and age decide the price, with some noise."""

    def __init__(self, n_samples: int = 120, noise: float = 0.1, seed: int = SEED):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.features = torch.randn(n_samples, 3, generator=generator)
        weights = torch.tensor([[2.0], [-1.5], [0.5]])
        self.prices = self.features @ weights + 4.0
        self.prices += noise * torch.randn(n_samples, 1, generator=generator)

    def __len__(self):
        return len(self.features)

    def __getitem__(self, index):
        return self.features[index], self.prices[index]


def train_one_epoch(model, loader, criterion, optimizer):
    model.train()
    running_loss = 0.0
    for batch_idx, (inputs, targets) in enumerate(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        loss.backward()
        optimizer.step()
        running_loss += loss.item() * inputs.size(0)
    return running_loss / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    model.eval()
    total, count = 0.0, 0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        total += criterion(model(inputs), targets).item() * inputs.size(0)
        count += inputs.size(0)
    return total / count


def main():
    torch.manual_seed(SEED)
    dataset = HousePrices()
    train_set, val_set = random_split(dataset, [100, 20])
    train_loader = DataLoader(train_set, batch_size=BATCH_SIZE, shuffle=True, drop_last=False)
    val_loader = DataLoader(val_set, batch_size=len(val_set))
    print(f"Using {device}: {len(train_set)} houses to train, {len(val_set)} to validate, {len(train_loader)} batches")

    model = nn.Linear(3, 1).to(device)
    criterion = nn.MSELoss()
    optimizer = optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=0.5)

    for epoch in range(1, NUM_EPOCHS + 1):
        train_loss = train_one_epoch(model, train_loader, criterion, optimizer)
        val_loss = evaluate(model, val_loader, criterion)
        if epoch % 3 == 0 or epoch == 1:
            print(f"Epoch [{epoch:>2}/{NUM_EPOCHS}]  train: {train_loss:8.4f}  val: {val_loss:8.4f}")

    # The normal equations say what gradient descent should have found.
    X = torch.cat([dataset.features, torch.ones(len(dataset), 1)], dim=1)
    exact = torch.linalg.lstsq(X, dataset.prices).solution.squeeze()
    learned = torch.cat([model.weight.detach().flatten(), model.bias.detach()])
    print("{:>10} {:>10} {:>10}".format("parameter", "learned", "exact"))
    for name, a, b in zip(["area", "rooms", "age", "bias"], learned.tolist(), exact.tolist()):
        print("{:>10} {:>10.2f} {:>10.2f}".format(name, a, b))


if __name__ == "__main__":
    main()
