"""A character-level language model with an LSTM (and a GRU), trained on one sentence."""
import torch
import torch.nn as nn

text = "the quick brown fox jumps over the lazy dog. the dog sleeps. the fox runs away."
chars = sorted(set(text))
vocab_size = len(chars)
stoi = {ch: i for i, ch in enumerate(chars)}
itos = {i: ch for ch, i in stoi.items()}
encode = lambda s: [stoi[c] for c in s]
decode = lambda ids: "".join(itos[int(i)] for i in ids)
print(f"{len(text)} characters, {vocab_size} different: {''.join(chars)!r}")
assert decode(encode(text)) == text

SEQ_LEN, HIDDEN = 20, 32
data = torch.tensor(encode(text), dtype=torch.long)


class CharModel(nn.Module):
    def __init__(self, cell="LSTM", num_layers=1):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, 16)
        self.rnn = getattr(nn, cell)(16, HIDDEN, num_layers, batch_first=True)
        self.head = nn.Linear(HIDDEN, vocab_size)

    def forward(self, x, state=None):
        out, state = self.rnn(self.embed(x), state)
        return self.head(out), state

    @torch.no_grad()
    def generate(self, prompt, length, temperature=None):
        self.eval()
        ids, state = torch.tensor([encode(prompt)]), None
        result = prompt
        for _ in range(length):
            logits, state = self(ids, state)
            last = logits[0, -1]
            if temperature is None:
                next_id = last.argmax()
            else:
                next_id = torch.multinomial(torch.softmax(last / temperature, dim=0), num_samples=1)[0]
            result += itos[next_id.item()]
            ids = next_id.view(1, 1)
        self.train()
        return result


def batches(seq_len):
    for start in range(0, len(data) - seq_len - 1, seq_len // 2):
        chunk = data[start:start + seq_len + 1]
        yield chunk[:-1], chunk[1:]


for cell in ["LSTM", "GRU"]:
    torch.manual_seed(1337)
    model = CharModel(cell)
    n_params = sum(p.numel() for p in model.parameters() if p.requires_grad)
    print(f"\n{cell}: {n_params:,} parameters, weights of the first gate: {list(model.rnn.weight_ih_l0.shape)}")
    xs, ys = map(torch.stack, zip(*batches(SEQ_LEN)))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-2)
    criterion = nn.CrossEntropyLoss()
    for step in range(41):
        logits, _ = model(xs)
        loss = criterion(logits.reshape(-1, vocab_size), ys.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 20 == 0:
            print(f"step {step:3d}: loss {loss.item():.2f}, perplexity {loss.exp().item():.1f}")
    print("greedy :", model.generate("the ", 24))
    torch.manual_seed(0)
    print("sampled:", model.generate("the ", 24, temperature=0.5))
