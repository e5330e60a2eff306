"""A small convolutional network on synthetic 12x12 "digits": bars, crosses and frames in noise."""
from __future__ import print_function

import time

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self, num_classes=4):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=3, stride=1, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 12, kernel_size=3)
        self.dropout1 = nn.Dropout2d(0.1)
        self.dropout2 = nn.Dropout(0.25)
        self.fc1 = nn.Linear(12 * 2 * 2, 16)
        self.fc2 = nn.Linear(16, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = self.dropout1(x)
        x = torch.flatten(x, 1)
        x = self.dropout2(F.relu(self.fc1(x)))
        return F.log_softmax(self.fc2(x), dim=1)


def make_images(n, generator):
    labels = torch.randint(0, 4, (n,), generator=generator)
    images = 0.3 * torch.randn(n, 1, 12, 12, generator=generator)
    for image, label in zip(images, labels):
        k = label.item()
        if k == 0:
            image[0, 5:7, 2:10] += 1.0
        elif k == 1:
            image[0, 2:10, 5:7] += 1.0
        elif k == 2:
            image[0, range(2, 10), range(2, 10)] += 1.0
            image[0, range(2, 10), range(9, 1, -1)] += 1.0
        else:
            image[0, 2:10, 2] += 1
            image[0, 2:10, 9] += 1
    return images, labels


def train(log_interval, model, device, train_loader, optimizer, epoch):
    model.train()
    for batch_idx, (data, target) in enumerate(train_loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        output = model(data)
        loss = F.nll_loss(output, target)
        loss.backward()
        optimizer.step()
        if batch_idx % log_interval == 0:
            print('Train Epoch: {} [{}/{} ({:.0f}%)]\tLoss: {:.3f}'.format(
                epoch, batch_idx * len(data), len(train_loader.dataset),
                100. * batch_idx / len(train_loader), loss.item()))


def test(model, device, test_loader):
    model.eval()
    test_loss = 0
    correct = 0
    with torch.no_grad():
        for data, target in test_loader:
            data, target = data.to(device), target.to(device)
            output = model(data)
            test_loss += F.nll_loss(output, target, reduction='sum').item()  # sum up batch loss
            pred = output.argmax(dim=1, keepdim=True)  # get the index of the max log-probability
            correct += pred.eq(target.view_as(pred)).sum().item()

    test_loss /= len(test_loader.dataset)
    print('\nTest set: Average loss: {:.3f}, Accuracy: {}/{} ({:.0f}%)\n'.format(
        test_loss, correct, len(test_loader.dataset), 100. * correct / len(test_loader.dataset)))


def main():
    torch.manual_seed(3)
    use_cuda = torch.cuda.is_available()
    device = torch.device("cuda") if use_cuda else torch.device("cpu")
    generator = torch.Generator()
    generator.manual_seed(0)
    train_loader = DataLoader(TensorDataset(*make_images(128, generator)), batch_size=16, shuffle=True)
    test_loader = DataLoader(TensorDataset(*make_images(64, generator)), batch_size=32)

    model = Net().to(device)
    print(model)
    optimizer = optim.Adadelta(model.parameters(), lr=1.0)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.7)
    start = time.time()
    for epoch in range(1, 3):
        train(4, model, device, train_loader, optimizer, epoch)
        test(model, device, test_loader)
        scheduler.step()
    assert time.time() - start >= 0
    for name, buffer in model.named_buffers():
        print(f"{name:24s} {str(tuple(buffer.shape)):8s} {buffer.dtype}")


if __name__ == '__main__':
    main()
