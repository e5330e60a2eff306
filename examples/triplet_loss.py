"""Metric learning: a Siamese network with contrastive loss, and triplets with hard negatives mined in the batch."""
import itertools

import torch
from torch import nn
from torch.nn import functional as F


class EmbeddingNet(nn.Module):
    def __init__(self, dim=2):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(8, 16), nn.PReLU(), nn.Linear(16, dim))

    def forward(self, x):
        return F.normalize(self.layers(x), p=2, dim=-1)


class ContrastiveLoss(nn.Module):
    """Pulls pairs of one class together, pushes others apart up to a margin."""

    def __init__(self, margin=1.0):
        super().__init__()
        self.margin = margin
        self.eps = 1e-9

    def forward(self, output1, output2, target):
        distances = (output2 - output1).pow(2).sum(1)
        losses = 0.5 * (target.float() * distances +
                        (1 + -1 * target).float() * F.relu(self.margin - (distances + self.eps).sqrt()).pow(2))
        return losses.mean()


def batch_hard_triplets(embeddings, labels, margin=0.5):
    d = torch.cdist(embeddings, embeddings)
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    hardest_positive = (d * same).amax(dim=1)
    hardest_negative = d.masked_fill(same, float("inf")).amin(dim=1)
    return F.relu(hardest_positive - hardest_negative + margin)


torch.manual_seed(3)
prototypes = torch.randn(4, 8)
labels = torch.arange(4).repeat_interleave(6)
x = prototypes[labels] + 0.4 * torch.randn(len(labels), 8)

pairs = torch.tensor(list(itertools.combinations(range(len(x)), 2)))
i, j = pairs.T
target = (labels[i] == labels[j]).long()
print(f"{len(pairs)} pairs, {int(target.sum())} of them alike")

net = EmbeddingNet()
contrastive = ContrastiveLoss(margin=1.0)
optimizer = torch.optim.SGD(net.parameters(), lr=0.3, momentum=0.9, nesterov=True)
for epoch in range(5):
    z = net(x)
    loss = contrastive(z[i], z[j], target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"contrastive {epoch}: {loss.item():.4f}")

net = EmbeddingNet(dim=3)
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(31):
    losses = batch_hard_triplets(net(x), labels)
    optimizer.zero_grad()
    losses.mean().backward()
    optimizer.step()
    if epoch % 10 == 0:
        print(f"batch hard  {epoch}: {losses.mean().item():.3f}, {(losses > 0).sum()} of {len(losses)} triplets are active")

# nn.TripletMarginLoss on triplets that are given
anchor, positive, negative = (net(x[k::6][:3]) for k in (0, 1, 0))
negative = negative.roll(1, dims=0)
loss = nn.TripletMarginLoss(margin=1.0, p=2, eps=1e-7)(anchor, positive, negative)
by_hand = F.relu(F.pairwise_distance(anchor, positive) - F.pairwise_distance(anchor, negative) + 1).mean()
print(f"TripletMarginLoss {loss.item():.3f}, by hand {by_hand.item():.3f}")

with torch.no_grad():
    distances = torch.cdist(net(x), net(prototypes))
    print("nearest prototype is right:", (distances.argmin(dim=1) == labels).float().mean().item())
    cos = nn.CosineSimilarity(dim=-1)
    z = net(prototypes)
    for a in range(4):
        print(" ".join(f"{cos(z[a], z[b]).item():+.1f}" for b in range(4)))
