"""A small convolutional network tells horizontal from vertical stripes."""
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)


def make(n):
    labels = torch.arange(n) % 2
    images = torch.zeros(n, 1, 6, 6)
    for i, label in enumerate(labels.tolist()):
        offset = i % 3
        if label:
            images[i, 0, :, offset::3] = 1.0
        else:
            images[i, 0, offset::3, :] = 1.0
    return images + 0.3 * torch.randn_like(images), labels


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.bn = nn.BatchNorm2d(4)
        self.drop = nn.Dropout(0.1)
        self.fc = nn.Linear(16, 2)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn(self.conv(x))), 2)
        return self.fc(self.drop(x.flatten(1)))


net = Net()
print(net)
images, labels = make(24)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
for epoch in range(16):
    net.train()
    loss = F.cross_entropy(net(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 5 == 0:
        net.eval()
        with torch.no_grad():
            right = (net(images).argmax(1) == labels).sum().item()
        print(f"epoch {epoch:2d}: loss {loss.item():.3f}, {right} of {len(labels)} right")
print({name: list(value.shape) for name, value in net.state_dict().items()})
