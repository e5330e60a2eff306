"""A bag of words with an embedding learns which of two topics a sentence has."""
import torch
from torch import nn

torch.manual_seed(0)
TEXTS = [
    ("the matrix has an inverse", 0), ("a vector and a matrix", 0), ("the inverse of a sum", 0),
    ("the cat sat on a mat", 1), ("a dog and a cat", 1), ("the dog sat", 1),
]
words = sorted({word for text, _ in TEXTS for word in text.split()})
index = {word: i for i, word in enumerate(words)}
print(len(words), words[:4])


class Classifier(nn.Module):
    def __init__(self, vocabulary, width=6):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, 2)

    def forward(self, ids):
        return self.out(self.norm(self.embedding(ids).mean(0)))


model = Classifier(len(words))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=0.5)
for epoch in range(20):
    total = 0.0
    for text, label in TEXTS:
        ids = torch.tensor([index[word] for word in text.split()])
        loss = nn.functional.cross_entropy(model(ids).unsqueeze(0), torch.tensor([label]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    scheduler.step()
    if epoch % 5 == 0:
        print(f"epoch {epoch:2d} loss {total / len(TEXTS):.3f} rate {scheduler.get_last_lr()[0]:.4f}")
model.eval()
for text in ("a matrix", "the cat"):
    p = torch.softmax(model(torch.tensor([index[w] for w in text.split()])), 0)
    print(f"{text}: {p[0].item():.2f} {p[1].item():.2f}")
