"""The hashed numbers and the summaries of tests/support/golden.ts, for the oracles of nn and training."""

import math

import numpy as np
import torch


def hashed(key, count):
    """v(key, i) for every i < count: numbers in [-1, 1)."""
    seed = 2166136261
    for byte in key.encode():
        seed = ((seed ^ byte) * 16777619) & 0xFFFFFFFF
    mask = np.uint64(0xFFFFFFFF)
    x = (np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B9) + np.uint64(seed)) & mask
    x ^= x >> np.uint64(16)
    x = (x * np.uint64(0x7FEB352D)) & mask
    x ^= x >> np.uint64(15)
    x = (x * np.uint64(0x846CA68B)) & mask
    x ^= x >> np.uint64(16)
    return x.astype(np.float64) / 2147483648 - 1


def tensor(key, *shape, scale=1.0):
    """Float64 numbers that are the same in float32."""
    return torch.from_numpy((scale * hashed(key, math.prod(shape))).astype(np.float32)).double().reshape(shape)


def digits(x):
    return float(f"{x:.10g}")


def summary(values):
    x = values.detach().flatten().numpy()
    return {
        "shape": list(values.shape),
        "mean": digits(x.mean()),
        "std": digits(x.std()),
        "min": digits(x.min()),
        "max": digits(x.max()),
        "first": [digits(v) for v in x[:6]],
        "probe": digits((x * hashed("probe", len(x))).sum() / math.sqrt(len(x))),
    }
