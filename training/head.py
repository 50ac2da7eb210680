"""The head: from what the reading says of the words of a sentence to a logit
for each word and the sentence's post-edit rate. Mirrors
`src/detect/word_model.rs`."""

import torch
from torch import nn
from torch.nn.functional import linear

PROJECTED = 192
FEATURES = 64
HIDDEN = 128


class Head(nn.Module):
    """States (if any) to 192 with tanh, features to 64 with relu, one
    bidirectional GRU over both, a hidden layer over all of it."""

    def __init__(self, features, states, dropout=0.3, kinds=False):
        super().__init__()
        self.features = nn.Linear(features, FEATURES)
        self.states = nn.Linear(states, PROJECTED) if states else None
        width = FEATURES + (PROJECTED if states else 0)
        self.gru = nn.GRU(width, HIDDEN, bidirectional=True, batch_first=True)
        self.hidden = nn.Linear(2 * HIDDEN + width, HIDDEN)
        self.word = nn.Linear(HIDDEN, 1)
        # The post-edit rate of the sentence, from the mean of its words.
        self.rate = nn.Linear(HIDDEN + 1, 1)
        # Nine categories and three severities of a word, if it is wrong.
        self.kinds = nn.Linear(HIDDEN, 12) if kinds else None
        self.dropout = nn.Dropout(dropout)

    def forward(self, features, states, lengths):
        rows = torch.relu(self.features(features))
        if self.states is not None:
            # Stored in 16 bits: a product of such is many times as fast.
            projected = linear(states, self.states.weight.to(states.dtype)).float()
            rows = torch.cat([torch.tanh(projected + self.states.bias), rows], -1)
        rows = self.dropout(rows)
        packed = nn.utils.rnn.pack_padded_sequence(
            rows, lengths, batch_first=True, enforce_sorted=False
        )
        out, _ = self.gru(packed)
        out, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=rows.shape[1])
        hidden = torch.relu(self.hidden(self.dropout(torch.cat([out, rows], -1))))
        hidden = self.dropout(hidden)
        logits = self.word(hidden).squeeze(-1)
        inside = (torch.arange(rows.shape[1])[None] < lengths[:, None]).float()
        share = inside / lengths[:, None]
        pooled = (hidden * share[..., None]).sum(1)
        mean = (torch.sigmoid(logits) * share).sum(1, keepdim=True)
        rate = self.rate(torch.cat([pooled, mean], -1)).squeeze(-1)
        if self.kinds is None:
            return logits, rate
        return logits, rate, self.kinds(hidden)
