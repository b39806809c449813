"""Makes tests/fixtures/nn_aggregations.json: aggregations and DeepHit's subnetworks with their gradients, in float64.

Everything is torch.nn's own: the transformer is nn.TransformerEncoder of nn.TransformerEncoderLayer(norm_first=True).
Each patient is aggregated alone. Weights and inputs are the hashed numbers of tests/support/golden.ts under the names of
lib/nn; the loss whose gradients are stored is sum(output * v("towards", i)).

Ran with Python 3.11.7, torch 2.13.0, numpy 2.4.6.
Usage: python nn_aggregations.py > ../fixtures/nn_aggregations.json
"""

import json
import math

import torch
from nn_hashed import digits, summary, tensor
from torch import nn

FEATURES, HIDDEN, HEADS, MLP, LAYERS = 24, 10, 4, 20, 2
SLICES = [5, 1, 7]
DEEPHIT = {"features": 12, "layers": 5, "sharedLayers": 2, "width": 10, "bins": 6}
PATIENTS, DROPOUT = 3, 0.2


def fill(module, rename):
    """Sets a module's parameters by their names in lib/nn, which `rename` gives."""
    for name, parameter in module.named_parameters():
        ours = rename(name)
        if parameter.ndim == 2:
            values = tensor(ours, *parameter.shape, scale=math.sqrt(3 / parameter.shape[1]))
        else:
            values = tensor(ours, *parameter.shape, scale=0.2) + (0 if ours.endswith("bias") else 1)
        parameter.data = values.float().double()
    return {rename(name): parameter for name, parameter in module.named_parameters()}


class Scores(nn.Module):
    """Softmax attention from a score for each slice."""

    def __init__(self, kind):
        super().__init__()
        if kind == "gated":
            self.attention_V = nn.Linear(FEATURES, HIDDEN)
            self.attention_U = nn.Linear(FEATURES, HIDDEN)
            self.attention_w = nn.Linear(HIDDEN, 1)
        if kind == "linear":
            self.attention_w = nn.Linear(FEATURES, 1)
        if kind == "mlp":
            sizes = [FEATURES, HIDDEN, HIDDEN, 1]
            self.attention_mlp = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])
        self.kind = kind

    def forward(self, h):
        if self.kind == "average":
            return h.mean(0), torch.full((len(h),), 1 / len(h), dtype=h.dtype)
        if self.kind == "gated":
            scores = self.attention_w(torch.tanh(self.attention_V(h)) * torch.sigmoid(self.attention_U(h)))
        elif self.kind == "linear":
            scores = self.attention_w(h)
        else:
            first, second, last = self.attention_mlp
            scores = last(torch.relu(second(torch.relu(first(h)))))
        weights = torch.softmax(scores, 0)
        return (weights * h).sum(0), weights[:, 0]


class Transformer(nn.Module):
    def __init__(self, positions):
        super().__init__()
        self.class_token = nn.Parameter(torch.zeros(1, FEATURES))
        if positions:
            self.position_scale = nn.Parameter(torch.zeros(1))
        layer = nn.TransformerEncoderLayer(
            FEATURES, HEADS, MLP, dropout=0, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(
            layer, LAYERS, norm=nn.LayerNorm(FEATURES), enable_nested_tensor=False
        )
        self.positions = positions

    def forward(self, h):
        if self.positions:
            rank = torch.arange(len(h), dtype=h.dtype)[:, None]
            angle = rank / 10000 ** (torch.arange(0, FEATURES, 2, dtype=h.dtype) / FEATURES)
            h = h + self.position_scale * torch.stack([angle.sin(), angle.cos()], 2).flatten(1)
        tokens = torch.cat([self.class_token, h])[None]
        pooled = self.encoder(tokens)[0, 0]
        for layer in self.encoder.layers[:-1]:
            tokens = layer(tokens)
        last = self.encoder.layers[-1]
        x = last.norm1(tokens)
        weights = last.self_attn(x, x, x, need_weights=True, average_attn_weights=True)[1][0, 0, 1:]
        return pooled, weights / weights.sum()


def rename_transformer(name):
    for theirs, ours in [
        ("encoder.norm.", "norm."),
        ("encoder.", ""),
        ("norm1", "ln_1"),
        ("norm2", "ln_2"),
        ("self_attn", "self_attention"),
        ("linear1", "mlp.0"),
        ("linear2", "mlp.3"),
    ]:
        name = name.replace(theirs, ours)
    return name


class SplitDeepHit(nn.Module):
    def __init__(self):
        super().__init__()
        features, width, shared = DEEPHIT["features"], DEEPHIT["width"], DEEPHIT["sharedLayers"]
        self.shared = nn.ModuleList([nn.Linear(features if i == 0 else width, width) for i in range(shared)])
        self.specific = nn.ModuleList(
            [nn.Linear(features + width if i == 0 else width, width) for i in range(DEEPHIT["layers"] - shared)]
        )
        self.output = nn.Linear(width, DEEPHIT["bins"])

    def forward(self, x, masks=None):
        h = x
        for i, layer in enumerate(self.shared):
            h = torch.relu(layer(h))
            if masks is not None and i < len(self.shared) - 1:
                h = h * masks[i]
        h = torch.cat([x, h], 1)
        for i, layer in enumerate(self.specific):
            h = torch.relu(layer(h))
            if masks is not None:
                h = h * masks[len(self.shared) + i]
        return self.output(h)


def numbers(values):
    return [digits(x) for x in values.flatten().tolist()]


def towards(values):
    return (values * tensor("towards", *values.shape)).sum()


def aggregated(module, rename):
    parameters = fill(module.double(), rename)
    slices = tensor("slices", sum(SLICES), FEATURES).requires_grad_()
    pooled, weights = zip(*(module(h) for h in torch.split(slices, SLICES)))
    pooled = torch.stack(pooled)
    towards(pooled).backward()
    gradients = {name: p.grad if p.grad is not None else torch.zeros_like(p) for name, p in parameters.items()}
    return {
        "pooled": numbers(pooled),
        "weights": numbers(torch.cat(weights)),
        "slicesGradient": summary(slices.grad),
        "gradients": {name: summary(gradient) for name, gradient in gradients.items()},
    }


def split_deephit():
    network = SplitDeepHit().double()
    parameters = fill(network, lambda name: name)
    x = tensor("pooled", PATIENTS, DEEPHIT["features"])
    masks = [
        (tensor(f"dropout/{i}", PATIENTS, DEEPHIT["width"]) < 1 - 2 * DROPOUT).double() / (1 - DROPOUT)
        for i in range(DEEPHIT["layers"])
    ]
    training = network(x, masks)
    towards(training).backward()
    return {
        "shape": DEEPHIT,
        "patients": PATIENTS,
        "dropout": DROPOUT,
        "logits": numbers(network(x)),
        "trainingLogits": numbers(training),
        "gradients": {name: summary(p.grad) for name, p in parameters.items()},
    }


def main():
    same = lambda name: name  # noqa: E731
    print(
        json.dumps(
            {
                "features": FEATURES,
                "slices": SLICES,
                "choices": {
                    "gated": {"kind": "gated", "hidden": HIDDEN},
                    "average": {"kind": "average"},
                    "linear": {"kind": "linear"},
                    "mlp": {"kind": "mlp", "hidden": HIDDEN},
                    "set": {"kind": "self-attention", "layers": LAYERS, "heads": HEADS, "mlp": MLP},
                    "sequence": {
                        "kind": "self-attention",
                        "layers": LAYERS,
                        "heads": HEADS,
                        "mlp": MLP,
                        "positions": "sinusoidal",
                    },
                },
                "results": {
                    **{kind: aggregated(Scores(kind), same) for kind in ["gated", "average", "linear", "mlp"]},
                    "set": aggregated(Transformer(False), rename_transformer),
                    "sequence": aggregated(Transformer(True), rename_transformer),
                },
                "deepHit": split_deephit(),
            },
            separators=(",", ":"),
        )
    )


if __name__ == "__main__":
    main()
