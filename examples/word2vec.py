"""Word2vec: skip-grams with negative sampling on a corpus of a few sentences."""
from collections import Counter

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)

corpus = """
the king rules the land and the queen rules the land
the king wears a crown and the queen wears a crown
the man walks in the town and the woman walks in the town
the man eats bread and the woman eats bread
a dog chases a cat and the cat chases a mouse
"""

sentences = [line.split() for line in corpus.strip().split("\n")]
counts = Counter(word for sentence in sentences for word in sentence)
vocab = [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
word_to_ix = {word: i for i, word in enumerate(vocab)}
print(len(vocab), "words;", "most common:", counts.most_common(3))

# skip-grams: (center, context) within a window
window = 2
pairs = []
for sentence in sentences:
    ids = [word_to_ix[w] for w in sentence]
    for i, center in enumerate(ids):
        for j in range(max(0, i - window), min(len(ids), i + window + 1)):
            if i != j:
                pairs.append((center, ids[j]))
centers, contexts = torch.tensor(pairs).unbind(dim=1)
print(f"{len(pairs)} pairs, the first: {[(vocab[a], vocab[b]) for a, b in pairs[:3]]}")

# noise distribution: unigrams to the power of 3/4
frequencies = torch.tensor([counts[w] for w in vocab], dtype=torch.float)
noise = frequencies.pow(0.75)
noise /= noise.sum()
print("noise of the first three:", [round(p, 4) for p in noise[:3].tolist()])


class SkipGram(nn.Module):
    def __init__(self, vocab_size, embedding_dim):
        super().__init__()
        self.in_embed = nn.Embedding(vocab_size, embedding_dim)
        self.out_embed = nn.Embedding(vocab_size, embedding_dim)
        self.in_embed.weight.data.uniform_(-0.5 / embedding_dim, 0.5 / embedding_dim)
        self.out_embed.weight.data.zero_()

    def forward(self, center, context, negatives):
        v = self.in_embed(center)                                     # (B, D)
        u = self.out_embed(context)                                   # (B, D)
        n = self.out_embed(negatives)                                 # (B, K, D)
        positive = F.logsigmoid((u * v).sum(dim=1))
        negative = F.logsigmoid(-torch.bmm(n, v.unsqueeze(2)).squeeze(2)).sum(dim=1)
        return -(positive + negative).mean()


model = SkipGram(len(vocab), embedding_dim=8)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for epoch in range(1, 31):
    negatives = torch.multinomial(noise, len(pairs) * 4, replacement=True).view(len(pairs), 4)
    loss = model(centers, contexts, negatives)
    model.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 10 == 0:
        print(f"epoch {epoch}: {loss.item():.3f}")

# who stands near whom?
with torch.no_grad():
    vectors = F.normalize(model.in_embed.weight, dim=1)
    similarity = vectors @ vectors.T
    similarity.fill_diagonal_(-1)
    for word in ("king", "man", "dog"):
        scores, indices = similarity[word_to_ix[word]].topk(2)
        near = ", ".join(f"{vocab[i]} ({s:.2f})" for s, i in zip(scores.tolist(), indices.tolist()))
        print(f"{word:>5}: {near}")
    print(f"king ~ queen: {F.cosine_similarity(vectors[word_to_ix['king']], vectors[word_to_ix['queen']], dim=0):.2f}")
