"""Makes tests/fixtures/grad_cam.json: Grad-CAM of the log odds of death by autograd through a whole model, in float64.

Two small backbones, one whose features are the means of its maps and one of a class token, with a survival head of gated
attention and DeepHit under the names of lib/nn. Weights and images are the hashed numbers of tests/support/golden.ts, so
that only results are stored. The gradient goes from the risk to the maps by autograd; nothing here knows that a global mean
makes it the same at every place.

Ran with Python 3.11.7, torch 2.13.0, numpy 2.4.6.
Usage: python grad_cam.py > ../fixtures/grad_cam.json
"""

import json
import math

import torch
import torch.nn.functional as F
from nn_hashed import digits, tensor

SLICES, SIZE = 5, 16
CHANNELS, EMBEDDING, HIDDEN, WIDTH, LAYERS, BINS = 8, 16, 8, 10, 2, 24
MEAN, STD = [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]


def weight(name, *shape):
    return tensor(name, *shape, scale=math.sqrt(6 / math.prod(shape[1:])))


def bias(name, size):
    return tensor(name, size, scale=0.1)


def images():
    slices = (tensor("slices", SLICES, SIZE, SIZE) + 1) / 2
    channels = [(slices - m) / s for m, s in zip(MEAN, STD)]
    return torch.stack(channels, 1)


def averaged(x):
    """Convolution, ReLU, convolution, batch normalisation, SiLU: maps of 8 x 8."""
    x = torch.relu(F.conv2d(x, weight("conv1.weight", 6, 3, 3, 3), stride=2, padding=1))
    x = F.conv2d(x, weight("conv2.weight", CHANNELS, 6, 3, 3), padding=1)
    norm = [bias("bn.running_mean", CHANNELS), bias("bn.running_var", CHANNELS) + 1]
    x = F.batch_norm(x, *norm, bias("bn.weight", CHANNELS) + 1, bias("bn.bias", CHANNELS), eps=1e-5)
    maps = F.silu(x).detach().requires_grad_()
    return maps, maps.mean((2, 3))


def tokens(x):
    """Patches of 4 x 4 and a class token; a block in which all tokens move the class token."""
    patches = F.conv2d(x, weight("conv_proj.weight", CHANNELS, 3, 4, 4), stride=4)
    maps = patches.detach().requires_grad_()
    rows = maps.flatten(2).transpose(1, 2)
    all_tokens = torch.cat([tensor("class_token", 1, 1, CHANNELS).expand(SLICES, 1, CHANNELS), rows], 1)
    value = F.linear(all_tokens, weight("mix.value.weight", CHANNELS, CHANNELS), bias("mix.value.bias", CHANNELS))
    gate = F.linear(all_tokens, weight("mix.gate.weight", CHANNELS, CHANNELS), bias("mix.gate.bias", CHANNELS))
    mixed = all_tokens + (torch.sigmoid(gate) * torch.tanh(value)).mean(1, keepdim=True)
    return maps, mixed[:, 0]


def linear(x, name, inputs, outputs):
    return F.linear(x, weight(f"{name}.weight", outputs, inputs), bias(f"{name}.bias", outputs))


def risk(features, months):
    s = linear(features, "embedding", CHANNELS, EMBEDDING)
    gate = torch.tanh(linear(s, "aggregation.attention_V", EMBEDDING, HIDDEN))
    gate = gate * torch.sigmoid(linear(s, "aggregation.attention_U", EMBEDDING, HIDDEN))
    a = torch.softmax(linear(gate, "aggregation.attention_w", HIDDEN, 1), 0)
    x = (a * s).sum(0)
    for i in range(LAYERS):
        x = torch.relu(linear(x, f"survival.hidden.{i}", EMBEDDING if i == 0 else WIDTH, WIDTH))
    logits = linear(x, "survival.output", WIDTH, BINS)
    p = torch.softmax(torch.cat([logits, torch.zeros(1, dtype=logits.dtype)]), 0)
    dead = p[:months].sum()
    return torch.log(dead / (1 - dead)), a[:, 0]


def numbers(values):
    return [digits(x) for x in values.detach().flatten().tolist()]


def main():
    cases = []
    for name, network in [("averaged", averaged), ("tokens", tokens)]:
        for months in [24, 9]:
            maps, features = network(images())
            features.retain_grad()
            value, attention = risk(features, months)
            value.backward()
            weights = maps.grad.mean((2, 3), keepdim=True)
            signed = (weights * maps).sum(1)
            cases.append(
                {
                    "network": name,
                    "months": months,
                    "risk": digits(value.item()),
                    "attention": numbers(attention),
                    "gradients": numbers(features.grad),
                    "shape": list(signed.shape),
                    "signed": numbers(signed),
                    "gradCam": numbers(torch.relu(signed)),
                }
            )
    shape = {"backboneFeatures": CHANNELS, "embedding": EMBEDDING, "layers": LAYERS, "width": WIDTH}
    head = {**shape, "aggregation": {"kind": "gated", "hidden": HIDDEN}}
    model = {"slices": SLICES, "size": SIZE, "mean": MEAN, "std": STD, "head": head}
    print(json.dumps({**model, "cases": cases}, separators=(",", ":")))


if __name__ == "__main__":
    main()
