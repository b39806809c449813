"""Makes tests/fixtures/nn_survival_head.json: a survival head and the gradients of its DeepHit loss, in float64.

The head is written with torch.nn layers under the names of lib/nn; weights and inputs are the hashed numbers of
tests/support/golden.ts, so that only results are stored: as they are if short, else as the summary of golden.ts.

Ran with Python 3.11.7, torch 2.13.0, numpy 2.4.6.
Usage: python nn_survival_head.py > ../fixtures/nn_survival_head.json
"""

import json
import math

import torch
from nn_hashed import digits, summary, tensor
from torch import nn

FEATURES, EMBEDDING, HIDDEN, WIDTH, LAYERS, BINS = 40, 256, 128, 100, 10, 24
SLICES = [5, 1, 7]
BIN, EVENT = [3, 10, 23], [1, 1, 0]
DROPOUT = 0.2


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Linear(FEATURES, EMBEDDING)
        self.aggregation = nn.ModuleDict(
            {
                "attention_V": nn.Linear(EMBEDDING, HIDDEN),
                "attention_U": nn.Linear(EMBEDDING, HIDDEN),
                "attention_w": nn.Linear(HIDDEN, 1),
            }
        )
        hidden = [nn.Linear(EMBEDDING if i == 0 else WIDTH, WIDTH) for i in range(LAYERS)]
        self.survival = nn.ModuleDict({"hidden": nn.ModuleList(hidden), "output": nn.Linear(WIDTH, BINS)})

    def deephit(self, x, masks=None):
        for i, layer in enumerate(self.survival.hidden):
            x = torch.relu(layer(x))
            if masks is not None:
                x = x * masks[i]
        return self.survival.output(x)

    def forward(self, patients, masks=None):
        rows, attention = [], []
        for slices in patients:  # one patient at a time, as in Ilse et al.
            h = self.embedding(slices)
            gate = torch.tanh(self.aggregation.attention_V(h)) * torch.sigmoid(self.aggregation.attention_U(h))
            a = torch.softmax(self.aggregation.attention_w(gate), 0)
            rows.append((a * h).sum(0))
            attention.append(a[:, 0])
        return self.deephit(torch.stack(rows), masks), attention


def loss(logits):
    """0.5 L1 + 0.5 L2 of survival.md 1.5, as loops."""
    padded = torch.cat([logits, torch.zeros(len(logits), 1, dtype=logits.dtype)], 1)
    p = torch.softmax(padded, 1)
    total = 0
    for i in range(len(BIN)):
        alive = padded[i, BIN[i] : BIN[i] + 1] if EVENT[i] else padded[i, BIN[i] + 1 :]
        total = total + torch.logsumexp(padded[i], 0) - torch.logsumexp(alive, 0)
        for j in range(len(BIN)):
            if EVENT[i] and BIN[i] < BIN[j]:
                upto = BIN[i] + 1
                total = total + torch.exp((p[j, :upto].sum() - p[i, :upto].sum()) / 0.1)
    return 0.5 * total / len(BIN)


def numbers(values):
    return [digits(x) for x in values.flatten().tolist()]


def main():
    head = Head().double()
    for name, parameter in head.named_parameters():
        scale = math.sqrt(6 / parameter.shape[1]) if parameter.ndim == 2 else 0.1
        parameter.data = tensor(name, *parameter.shape, scale=scale)
    assert sum(p.numel() for p in head.survival.parameters()) == 119024
    slices = tensor("slices", sum(SLICES), FEATURES)
    patients = list(torch.split(slices, SLICES))
    masks = [
        (tensor(f"dropout/{i}", len(SLICES), WIDTH) < 1 - 2 * DROPOUT).double() / (1 - DROPOUT) for i in range(LAYERS)
    ]
    logits, attention = head(patients)
    training, _ = head(patients, masks)
    value = loss(training)
    value.backward()
    print(
        json.dumps(
            {
                "shape": {"backboneFeatures": FEATURES},
                "slices": SLICES,
                "bin": BIN,
                "event": EVENT,
                "dropout": DROPOUT,
                "deepHit": numbers(head.deephit(tensor("pooled", 2, EMBEDDING))),
                "logits": numbers(logits),
                "attention": numbers(torch.cat(attention)),
                "trainingLogits": numbers(training),
                "loss": digits(value.item()),
                "gradients": {name: summary(p.grad) for name, p in head.named_parameters()},
            },
            separators=(",", ":"),
        )
    )


if __name__ == "__main__":
    main()
