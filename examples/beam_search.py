"""Decoding: greedy, sampling with top-k and nucleus, and beam search from a small language model made of counts."""
import math
import random
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache, total_ordering
from itertools import chain

import torch

CORPUS = [
    "the cat sat on the mat", "the dog sat on the rug", "the cat ate the fish", "a dog ate the bone",
    "the bird sang on the tree", "a cat and a dog sat on the grass",
]
BOS, EOS = "<s>", "</s>"

vocab = [BOS, EOS, *sorted(set(chain.from_iterable(line.split() for line in CORPUS)))]
index = {word: i for i, word in enumerate(vocab)}

counts = torch.zeros(len(vocab), len(vocab))
for line in CORPUS:
    words = [BOS] + line.split() + [EOS]
    for a, b in zip(words, words[1:]):
        counts[index[a], index[b]] += 1
log_probs = ((counts + 0.01) / (counts + 0.01).sum(dim=1, keepdim=True)).log()
assert torch.allclose(log_probs.exp().sum(1), torch.ones(len(vocab)))


@lru_cache(maxsize=128)
def next_log_probs(word):
    return log_probs[index[word]]


@total_ordering
@dataclass(eq=False)
class Hypothesis:
    words: list = field(default_factory=lambda: [BOS])
    score: float = 0.0
    alpha: float = 0.7

    @property
    def done(self):
        return self.words[-1] == EOS

    @property
    def normalized(self):
        return self.score / (len(self.words) - 1 or 1) ** self.alpha

    def extend(self, word, log_p):
        return Hypothesis(self.words + [word], self.score + log_p, self.alpha)

    def __lt__(self, other):
        return self.normalized < other.normalized

    def __eq__(self, other):
        return self.normalized == other.normalized

    def __str__(self):
        return " ".join(w for w in self.words if w not in (BOS, EOS))


def beam_search(width=3, max_length=8):
    beam, finished = [Hypothesis()], []
    for _ in range(max_length):
        candidates = []
        for hypothesis in beam:
            values, indices = next_log_probs(hypothesis.words[-1]).topk(width)
            candidates += [hypothesis.extend(vocab[i], v) for v, i in zip(values.tolist(), indices.tolist())]
        candidates.sort(reverse=True)
        beam = []
        for candidate in candidates:
            (finished if candidate.done else beam).append(candidate)
            if len(beam) == width:
                break
    return sorted(finished, reverse=True)


def filtered(logits, top_k=0, top_p=1.0, temperature=1.0):
    """As in the transformers library: everything outside the top k, or the nucleus, becomes -inf."""
    logits = logits / temperature
    if top_k > 0:
        logits = logits.masked_fill(logits < logits.topk(top_k).values[-1], -float("inf"))
    if top_p < 1.0:
        ordered, indices = logits.sort(descending=True, stable=True)
        remove = ordered.softmax(-1).cumsum(-1) > top_p
        remove[1:] = remove[:-1].clone()
        remove[0] = False
        logits = logits.index_fill(0, indices[remove], -float("inf"))
    return logits


def sample(seed, **options):
    g = torch.Generator().manual_seed(seed)
    words = [BOS]
    while words[-1] != EOS and len(words) < 9:
        p = filtered(next_log_probs(words[-1]), **options).softmax(-1)
        words.append(vocab[torch.multinomial(p, 1, generator=g).item()])
    return " ".join(words[1:-1] if words[-1] == EOS else words[1:])


print(len(vocab), "words; after 'the':", {vocab[i]: round(math.exp(v), 2) for v, i in zip(*(t.tolist() for t in next_log_probs("the").topk(2)))})
greedy = Hypothesis()
while not greedy.done and len(greedy.words) < 9:
    v, i = next_log_probs(greedy.words[-1]).max(dim=0)
    greedy = greedy.extend(vocab[i], v.item())
print(f"greedy: {greedy} ({greedy.score:.2f})")
for rank, hypothesis in enumerate(beam_search(width=4)[:3], 1):
    print(f"beam {rank}: {str(hypothesis):<28} {hypothesis.normalized:.3f}")
for options in ({"top_k": 2}, {"top_p": 0.8}, {"temperature": 0.3}):
    print(f"{str(options):<20}", [sample(seed, **options) for seed in (1, 2)])
print("kept by top_p=0.8 after 'the':", int(filtered(next_log_probs("the"), top_p=0.8).isfinite().sum()))
print(next_log_probs.cache_info().misses, "rows were looked up")
words = defaultdict(list)
for w in vocab[2:]:
    words[len(w)].append(w)
print(dict(sorted(words.items())), random.Random(0).choice(vocab[2:]) in vocab)
