"""Datasets, samplers and collate functions of one's own; splits, weights, buckets and streams."""
from collections import Counter
from itertools import islice
from typing import Iterator, List, NamedTuple

import torch
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import (
    BatchSampler, ConcatDataset, DataLoader, Dataset, IterableDataset, Sampler, SequentialSampler, Subset,
    TensorDataset, WeightedRandomSampler, random_split,
)


class Sample(NamedTuple):
    tokens: torch.Tensor
    label: int


class Batch(NamedTuple):
    tokens: torch.Tensor
    lengths: torch.Tensor
    labels: torch.Tensor

    def __str__(self):
        return f"Batch(tokens={tuple(self.tokens.shape)}, lengths={self.lengths.tolist()}, labels={self.labels.tolist()})"


class Sentences(Dataset):
    def __init__(self, n: int, transform=None):
        super().__init__()
        g = torch.Generator().manual_seed(n)
        self.lengths = torch.randint(1, 9, (n,), generator=g).tolist()
        self.data = [torch.randint(1, 50, (k,), generator=g) for k in self.lengths]
        self.transform = transform

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, i: int) -> Sample:
        tokens = self.data[i]
        if self.transform:
            tokens = self.transform(tokens)
        return Sample(tokens, int(self.lengths[i] > 6))


class BucketSampler(Sampler[List[int]]):
    """Batches of sentences that are about as long as each other."""

    def __init__(self, lengths: List[int], batch_size: int, seed: int = 0) -> None:
        super().__init__()
        self.lengths, self.batch_size = lengths, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self) -> Iterator[List[int]]:
        order = sorted(range(len(self.lengths)), key=lambda i: self.lengths[i])
        batches = [order[i:i + self.batch_size] for i in range(0, len(order), self.batch_size)]
        for k in torch.randperm(len(batches), generator=self.generator).tolist():
            yield batches[k]

    def __len__(self) -> int:
        return -(-len(self.lengths) // self.batch_size)


def collate(samples: List[Sample]) -> Batch:
    tokens, labels = zip(*samples)
    lengths = torch.tensor([len(t) for t in tokens])
    return Batch(pad_sequence(list(tokens), batch_first=True), lengths, torch.tensor(labels))


class Countdown(IterableDataset):
    def __init__(self, start: int):
        self.start = start

    def __iter__(self):
        n = self.start
        while n > 0:
            yield n
            n -= 1


dataset = Sentences(12, transform=lambda t: t.flip(0))
print(dataset[0], len(dataset))
loader = DataLoader(dataset, batch_sampler=BucketSampler(dataset.lengths, 4), collate_fn=collate)
print(len(loader), "batches")
for batch in loader:
    print(batch, f"{(batch.tokens == 0).float().mean():.0%} padding")

train, val, test = random_split(dataset, [0.5, 0.25, 0.25], generator=torch.Generator().manual_seed(1))
print("split:", [sorted(part.indices) for part in (train, val, test)])
both = ConcatDataset([Subset(dataset, [0, 1]), Sentences(3)])
print("concatenated:", len(both), both[-1].tokens.tolist(), both.cumulative_sizes)

labels = torch.tensor([0] * 90 + [1] * 10)
counts = labels.bincount()
weights = (1.0 / counts)[labels]
torch.manual_seed(0)
sampler = WeightedRandomSampler(weights, num_samples=200, replacement=True)
drawn = Counter(int(labels[i]) for i in sampler)
print("balanced:", abs(drawn[0] - drawn[1]) < 60, sum(drawn.values()))
print("batches of a sampler:", list(BatchSampler(SequentialSampler(range(7)), batch_size=3, drop_last=False)))

stream = DataLoader(Countdown(7), batch_size=3)
print("stream:", [b.tolist() for b in stream])
print("two of many:", list(islice(iter(Countdown(10**6)), 2)))

rows = TensorDataset(torch.arange(10.0).view(5, 2), torch.arange(5))
torch.manual_seed(0)
for epoch in range(2):
    print(f"epoch {epoch}:", [y.tolist() for _, y in DataLoader(rows, batch_size=2, shuffle=True)])
dicts = DataLoader([{"x": torch.ones(2) * i, "name": f"n{i}"} for i in range(3)], batch_size=3)
print(next(iter(dicts)))
try:
    DataLoader(rows, shuffle=True, sampler=SequentialSampler(rows))
except ValueError as error:
    print("ValueError:", error)
