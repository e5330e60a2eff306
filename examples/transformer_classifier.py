"""A transformer encoder that decides whether a sequence has more of one token than of another."""
import math

import torch
import torch.nn as nn
from torch.nn import TransformerEncoder, TransformerEncoderLayer


class PositionalEncoding(nn.Module):
    def __init__(self, d_model: int, dropout: float = 0.0, max_len: int = 50):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(1, max_len, d_model)
        pe[0, :, 0::2] = torch.sin(position * div_term)
        pe[0, :, 1::2] = torch.cos(position * div_term)
        self.register_buffer('pe', pe)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.pe[:, : x.size(1)]
        return self.dropout(x)


class Classifier(nn.Module):
    def __init__(self, vocab: int, d_model: int = 16, nhead: int = 2, layers: int = 2):
        super().__init__()
        self.embedding = nn.Embedding(vocab, d_model)
        self.pos_encoder = PositionalEncoding(d_model)
        layer = TransformerEncoderLayer(d_model, nhead, dim_feedforward=32, dropout=0.0, batch_first=True)
        self.encoder = TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = nn.Linear(d_model, 2)
        self.init_weights()

    def init_weights(self) -> None:
        initrange = 0.1
        self.embedding.weight.data.uniform_(-initrange, initrange)
        self.head.bias.data.zero_()
        self.head.weight.data.uniform_(-initrange, initrange)

    def forward(self, tokens, padding=None):
        x = self.embedding(tokens) * math.sqrt(self.embedding.embedding_dim)
        x = self.encoder(self.pos_encoder(x), src_key_padding_mask=padding)
        if padding is not None:
            keep = (~padding).unsqueeze(-1).float()
            return self.head((x * keep).sum(1) / keep.sum(1))
        return self.head(x.mean(dim=1))


def batch(n, length=10):
    tokens = torch.randint(1, 5, (n, length))
    lengths = torch.randint(length // 2, length + 1, (n,))
    padding = torch.arange(length)[None, :] >= lengths[:, None]
    tokens = tokens.masked_fill(padding, 0)
    labels = ((tokens == 1).sum(1) > (tokens == 2).sum(1)).long()
    return tokens, padding, labels


torch.manual_seed(0)
model = Classifier(vocab=5)
print(model)
print(f"{sum(p.numel() for p in model.parameters()):,} parameters; buffers: {[n for n, _ in model.named_buffers()]}")
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-2)
criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
for step in range(1, 31):
    tokens, padding, labels = batch(32)
    logits = model(tokens, padding)
    loss = criterion(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
    optimizer.step()
    if step % 10 == 0:
        accuracy = (logits.argmax(1) == labels).float().mean().item()
        print(f"| step {step:3d} | loss {loss.item():5.2f} | accuracy {accuracy:.2f} |")

# A causal mask: what comes later mustn't matter.
layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, activation="gelu", norm_first=True, batch_first=True).eval()
mask = nn.Transformer.generate_square_subsequent_mask(4)
print(mask)
x = torch.randn(1, 4, 8, requires_grad=True)
layer(x, src_mask=mask)[0, 1].sum().backward()
print("positions that the second output depends on:", (x.grad.abs().sum(-1)[0] > 0).tolist())
