"""Connectionist temporal classification: the loss by dynamic programming, against nn.CTCLoss, greedy and beam decoding."""
import itertools
import math
from collections import defaultdict

import torch
import torch.nn as nn

BLANK = 0
ALPHABET = "-abc"


def collapse(path):
    return tuple(k for k, _ in itertools.groupby(path) if k != BLANK)


def ctc_by_hand(log_probs, target):
    """Negative log-likelihood of one sequence (T, C), Graves et al. 2006."""
    extended = [BLANK]
    for symbol in target:
        extended += [symbol, BLANK]
    alpha = [log_probs[0, extended[0]], log_probs[0, extended[1]]] + [torch.tensor(-math.inf)] * (len(extended) - 2)
    for t in range(1, len(log_probs)):
        new = []
        for s, symbol in enumerate(extended):
            terms = [alpha[s]]
            if s > 0:
                terms.append(alpha[s - 1])
            if s > 1 and symbol != BLANK and symbol != extended[s - 2]:
                terms.append(alpha[s - 2])
            new.append(torch.logsumexp(torch.stack(terms), 0) + log_probs[t, symbol])
        alpha = new
    return -torch.logaddexp(alpha[-1], alpha[-2])


def beam_search(log_probs, width=4):
    """Prefix beam search; probabilities of a prefix that ends with a blank, and with a symbol."""
    probs = log_probs.exp().tolist()
    beams = {(): (1.0, 0.0)}
    for step in probs:
        following = defaultdict(lambda: [0.0, 0.0])
        for prefix, (p_blank, p_symbol) in beams.items():
            following[prefix][0] += (p_blank + p_symbol) * step[BLANK]
            if prefix:
                following[prefix][1] += p_symbol * step[prefix[-1]]
            for c in range(1, len(step)):
                p = p_blank if prefix and prefix[-1] == c else p_blank + p_symbol
                following[(*prefix, c)][1] += p * step[c]
        beams = dict(sorted(following.items(), key=lambda item: -sum(item[1]))[:width])
    return [("".join(ALPHABET[c] for c in prefix), sum(p)) for prefix, p in beams.items()]


torch.manual_seed(3)
T, C = 5, len(ALPHABET)
logits = torch.randn(T, C, requires_grad=True)
log_probs = logits.log_softmax(-1)
target = (1, 2, 2)

loss = ctc_by_hand(log_probs, target)
reference = nn.CTCLoss(blank=BLANK, reduction="sum")(
    log_probs.unsqueeze(1), torch.tensor([target]), torch.tensor([T]), torch.tensor([len(target)])
)
brute = sum(
    math.exp(sum(log_probs[t, k].item() for t, k in enumerate(path)))
    for path in itertools.product(range(C), repeat=T)
    if collapse(path) == target
)
print(f"by hand {loss.item():.5f}, nn.CTCLoss {reference.item():.5f}, by all {C**T} paths {-math.log(brute):.5f}")
g1, = torch.autograd.grad(loss, logits, retain_graph=True)
g2, = torch.autograd.grad(reference, logits)
print("gradients agree:", torch.allclose(g1, g2, atol=1e-5))

greedy = collapse(log_probs.argmax(-1).tolist())
print("greedy:", "".join(ALPHABET[k] for k in greedy), "| collapse of 'aa-ab--b':", collapse([1, 1, 0, 1, 2, 0, 0, 2]))
for text, p in beam_search(log_probs.detach(), width=3):
    print(f"  {text!r:<8} {p:.4f}")

# a network learns to write down what it sees: two frames for each symbol, in noise
symbols = torch.randint(1, C, (16, 3))
frames = nn.functional.one_hot(symbols, C).float().repeat_interleave(2, dim=1) + 0.1 * torch.randn(16, 6, C)
net = nn.Sequential(nn.Conv1d(C, 12, 3, padding=1), nn.ReLU(), nn.Conv1d(12, C, 1))
criterion = nn.CTCLoss(blank=BLANK, zero_infinity=True)
optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
lengths = torch.full((16,), 6), torch.full((16,), 3)
for step in range(31):
    out = net(frames.transpose(1, 2)).permute(2, 0, 1).log_softmax(-1)      # (T, N, C)
    loss = criterion(out, symbols, *lengths)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 15 == 0:
        right = sum(collapse(p) == tuple(s) for p, s in zip(out.argmax(-1).T.tolist(), symbols.tolist()))
        print(f"step {step:2d}: loss {loss.item():.2f}, {right}/16 right")
