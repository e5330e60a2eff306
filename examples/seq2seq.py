"""Sequence to sequence with teacher forcing: an encoder and a decoder learn to reverse short numbers."""
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SOS_token, EOS_token, PAD_token = 10, 11, 12
VOCAB = 13
MAX_LENGTH = 6

random.seed(5)
torch.manual_seed(5)


class EncoderRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super(EncoderRNN, self).__init__()
        self.hidden_size = hidden_size
        self.embedding = nn.Embedding(input_size, hidden_size, padding_idx=PAD_token)
        self.gru = nn.GRU(hidden_size, hidden_size, batch_first=True)

    def forward(self, input, lengths):
        embedded = self.embedding(input)
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        output, hidden = self.gru(packed)
        output, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True)
        return output, hidden


class BahdanauAttention(nn.Module):
    def __init__(self, hidden_size):
        super(BahdanauAttention, self).__init__()
        self.Wa = nn.Linear(hidden_size, hidden_size)
        self.Ua = nn.Linear(hidden_size, hidden_size)
        self.Va = nn.Linear(hidden_size, 1)

    def forward(self, query, keys, mask):
        scores = self.Va(torch.tanh(self.Wa(query) + self.Ua(keys)))
        scores = scores.squeeze(2).unsqueeze(1)
        scores = scores.masked_fill(mask.unsqueeze(1), float('-inf'))
        weights = F.softmax(scores, dim=-1)
        context = torch.bmm(weights, keys)
        return context, weights


class AttnDecoderRNN(nn.Module):
    def __init__(self, hidden_size, output_size):
        super(AttnDecoderRNN, self).__init__()
        self.embedding = nn.Embedding(output_size, hidden_size)
        self.attention = BahdanauAttention(hidden_size)
        self.gru = nn.GRU(2 * hidden_size, hidden_size, batch_first=True)
        self.out = nn.Linear(hidden_size, output_size)

    def forward(self, encoder_outputs, encoder_hidden, mask, target=None, teacher_forcing_ratio=0.5):
        batch_size = encoder_outputs.size(0)
        decoder_input = torch.full((batch_size, 1), SOS_token, dtype=torch.long)
        decoder_hidden = encoder_hidden
        outputs, attentions = [], []
        for i in range(MAX_LENGTH):
            embedded = self.embedding(decoder_input)
            query = decoder_hidden.permute(1, 0, 2)
            context, attn = self.attention(query, encoder_outputs, mask)
            output, decoder_hidden = self.gru(torch.cat((embedded, context), dim=2), decoder_hidden)
            output = self.out(output)
            outputs.append(output)
            attentions.append(attn)
            if target is not None and random.random() < teacher_forcing_ratio:
                decoder_input = target[:, i].unsqueeze(1)
            else:
                _, topi = output.topk(1)
                decoder_input = topi.squeeze(-1).detach()
        return F.log_softmax(torch.cat(outputs, dim=1), dim=-1), torch.cat(attentions, dim=1)


def make_batch(n):
    pairs = [[random.randint(0, 9) for _ in range(random.randint(2, MAX_LENGTH - 1))] for _ in range(n)]
    lengths = torch.tensor([len(p) for p in pairs])
    source = nn.utils.rnn.pad_sequence([torch.tensor(p) for p in pairs], batch_first=True, padding_value=PAD_token)
    target = torch.full((n, MAX_LENGTH), PAD_token)
    for row, p in zip(target, pairs):
        row[:len(p) + 1] = torch.tensor(p[::-1] + [EOS_token])
    return source, lengths, target


encoder, decoder = EncoderRNN(VOCAB, 24), AttnDecoderRNN(24, VOCAB)
encoder_optimizer = torch.optim.Adam(encoder.parameters(), lr=0.01)
decoder_optimizer = torch.optim.Adam(decoder.parameters(), lr=0.01)
criterion = nn.NLLLoss(ignore_index=PAD_token)

source, lengths, target = make_batch(3)
print(source, lengths, target, sep="\n")

for it in range(13):
    source, lengths, target = make_batch(32)
    encoder_optimizer.zero_grad()
    decoder_optimizer.zero_grad()
    enc_out, enc_hidden = encoder(source, lengths)
    log_probs, attn = decoder(enc_out, enc_hidden, source == PAD_token, target)
    loss = criterion(log_probs.view(-1, log_probs.size(-1)), target.view(-1))
    loss.backward()
    encoder_optimizer.step()
    decoder_optimizer.step()
    if it % 4 == 0:
        hits = (log_probs.argmax(-1) == target)[target != PAD_token].float().mean()
        print('(%d %d%%) %.2f' % (it, it / 12 * 100, loss.item()), '%.2f' % hits)

print("attention:", tuple(attn.shape), "sums to one:", torch.allclose(attn.sum(-1), torch.ones(32, MAX_LENGTH)))
print("no attention on padding:", bool((attn[(source == PAD_token)[:, None].expand_as(attn)] == 0).all()))
