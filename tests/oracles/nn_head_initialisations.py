"""Makes tests/fixtures/nn_head_initialisations.json: how PyTorch draws the layers of a survival head.

Of every kind of parameter: the largest absolute value and the standard deviation over many draws, and the deciles of
the values divided by that largest one, which tell the shape of the distribution. `xavier` is `xavier_normal_`, whose
values have no largest one: there the deciles are those of the values divided by their standard deviation.

Ran with Python 3.12, torch 2.13.0, numpy 2.5.
Usage: python nn_head_initialisations.py > ../fixtures/nn_head_initialisations.json
"""

import json
import sys

import numpy as np
import torch
from torch import nn

DRAWS = 40
DECILES = np.arange(0.1, 0.95, 0.1)


def summary(values, by):
    values = torch.cat([value.detach().double().flatten() for value in values]).numpy()
    largest, deviation = float(np.abs(values).max()), float(values.std())
    scale = largest if by == "largest" else deviation
    deciles = [] if scale == 0 else [round(float(q), 4) for q in np.quantile(values / scale, DECILES)]
    return {"mean": round(float(values.mean()), 6), "largest": largest, "deviation": deviation, "deciles": deciles}


def draws(make, parameter, by="largest"):
    return summary([make().get_parameter(parameter) for _ in range(DRAWS)], by)


def xavier(inputs, outputs):
    def make():
        layer = nn.Linear(inputs, outputs)
        nn.init.xavier_normal_(layer.weight)
        return layer

    return make


torch.manual_seed(42)
layers = {
    "embedding": lambda: nn.Linear(1280, 256),
    "attention_V": lambda: nn.Linear(256, 128),
    "attention_w": lambda: nn.Linear(128, 1),
    "hidden": lambda: nn.Linear(100, 100),
    "output": lambda: nn.Linear(100, 24),
}
encoder = lambda: nn.TransformerEncoderLayer(256, 4, 256, norm_first=True)
json.dump(
    {
        "pytorch": {
            **{f"{name}.{part}": draws(make, part) for name, make in layers.items() for part in ("weight", "bias")},
            "self_attention.in_proj_weight": draws(encoder, "self_attn.in_proj_weight"),
            "self_attention.in_proj_bias": draws(encoder, "self_attn.in_proj_bias"),
            "self_attention.out_proj.weight": draws(encoder, "self_attn.out_proj.weight"),
            "self_attention.out_proj.bias": draws(encoder, "self_attn.out_proj.bias"),
            "mlp.weight": draws(encoder, "linear1.weight"),
            "mlp.bias": draws(encoder, "linear1.bias"),
            "norm.weight": draws(encoder, "norm1.weight"),
            "norm.bias": draws(encoder, "norm1.bias"),
        },
        "xavier": {
            "embedding.weight": draws(xavier(1280, 256), "weight", "deviation"),
            "hidden.weight": draws(xavier(100, 100), "weight", "deviation"),
        },
    },
    sys.stdout,
    indent=1,
)
print()
