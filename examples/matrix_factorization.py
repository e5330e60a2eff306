"""A recommender: ratings as products of user and item vectors, trained with sparse gradients."""
import random

import torch
from torch import nn


class MatrixFactorization(nn.Module):
    def __init__(self, n_users: int, n_items: int, n_factors: int = 4) -> None:
        super().__init__()
        self.user_factors = nn.Embedding(n_users, n_factors, sparse=True)
        self.item_factors = nn.Embedding(n_items, n_factors, sparse=True)
        self.user_biases = nn.Embedding(n_users, 1, sparse=True)
        self.item_biases = nn.Embedding(n_items, 1, sparse=True)
        for emb in (self.user_factors, self.item_factors):
            nn.init.normal_(emb.weight, std=0.1)
        for emb in (self.user_biases, self.item_biases):
            nn.init.zeros_(emb.weight)

    def forward(self, user, item):
        pred = self.user_biases(user) + self.item_biases(item)
        pred += (self.user_factors(user) * self.item_factors(item)).sum(dim=1, keepdim=True)
        return pred.squeeze(dim=1)


random.seed(0)
torch.manual_seed(0)
n_users, n_items = 20, 15
taste, genre = torch.randn(n_users, 2), torch.randn(n_items, 2)
truth = (3 + taste @ genre.t()).clamp(1, 5).round()

triples = [(u, i, truth[u, i].item()) for u in range(n_users) for i in range(n_items) if random.random() < 0.5]
random.shuffle(triples)
print(f"{len(triples)} ratings of {n_users * n_items}; the first five:")
for u, i, r in triples[:5]:
    print(f"  user {u:>2} gives film {i:>2} {'*' * int(r)}")
split = int(0.8 * len(triples))
train, test = triples[:split], triples[split:]

model = MatrixFactorization(n_users, n_items)
loss_func = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=2.0)


def tensors(rows):
    users, items, ratings = zip(*rows)
    return torch.LongTensor(users), torch.LongTensor(items), torch.FloatTensor(ratings) - 3.0


def batches(rows, size):
    for k in range(0, len(rows), size):
        yield tensors(rows[k:k + size])


for epoch in range(12):
    total = 0.0
    for users, items, ratings in batches(train, 32):
        optimizer.zero_grad()
        loss = loss_func(model(users, items), ratings)
        loss.backward()
        if epoch == 0 and total == 0.0:
            grad = model.user_biases.weight.grad
            print(grad.is_sparse, grad.layout, grad.shape, "coalesced:", grad.is_coalesced(), "rows:", grad.coalesce()._nnz())
        optimizer.step()
        total += loss.item() * len(users)
    if epoch % 3 == 2:
        with torch.no_grad():
            users, items, ratings = tensors(test)
            rmse = loss_func(model(users, items), ratings).sqrt()
        print(f"epoch {epoch + 1:2}: train {total / len(train):.3f}, test RMSE {rmse:.3f}")

# SparseAdam touches only the rows that were looked up.
before = model.item_biases.weight.detach().clone()
sparse_adam = torch.optim.SparseAdam(list(model.parameters()), lr=0.1)
sparse_adam.zero_grad()
loss_func(model(torch.tensor([0, 1]), torch.tensor([3, 3])), torch.tensor([1.0, 2.0])).backward()
sparse_adam.step()
changed = (model.item_biases.weight != before).any(dim=1).nonzero().flatten().tolist()
print("changed items:", changed)

with torch.no_grad():
    scores = model(torch.full((n_items,), 7), torch.arange(n_items))
    top = torch.topk(scores, k=3)
print("user 7 should see films", sorted(top.indices.tolist()))
