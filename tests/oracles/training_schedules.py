"""Makes tests/fixtures/training_schedules.json: PyTorch's learning rates, and clipped gradients, in float64.

- `cosine`: CosineAnnealingLR over 40 steps, to 0.
- `restarts`: CosineAnnealingWarmRestarts(T_0=10, T_mult=2, eta_min=1e-6) with a linear warm-up that pytorch_warmup's
  `LinearWarmup(optimizer, 10)` does, entered after the training and after the validation of each epoch, as the authors'
  code has it. The package is not needed: its `dampening()` is written out below.
- `clipped`: `clip_grad_norm_` of hashed numbers.
- `adamw`: AdamW over 12 steps whose rates are those of `cosine`, with weight decay 0.1.

Ran with Python 3.12.1, torch 2.13.0, numpy 2.5.5.
Usage: python training_schedules.py > ../fixtures/training_schedules.json
"""

import json

import torch
from nn_hashed import summary, tensor

RATE = 1e-3
SHAPES = {"large": [300, 256], "weight": [12, 5], "bias": [7], "scalar": []}
STEPS = 12


def optimizer():
    return torch.optim.AdamW([torch.zeros(1, requires_grad=True)], lr=RATE)


def cosine(steps=40):
    adamw = optimizer()
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(adamw, T_max=steps)
    rates = []
    for _ in range(steps):
        rates.append(adamw.param_groups[0]["lr"])
        adamw.step()
        scheduler.step()
    return rates


def restarts(epochs=80, period=10):
    """LinearWarmup multiplies the rate by min(1, (step + 1) / period); its step counts the blocks that were left."""
    adamw = optimizer()
    group = adamw.param_groups[0]
    scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(adamw, T_0=10, T_mult=2, eta_min=1e-6)
    undamped = group["lr"]
    last_step = 0
    group["lr"] = undamped * min(1.0, (last_step + 1) / period)
    rates = []
    for _ in range(epochs):
        for phase in ("train", "val"):
            if phase == "train":
                rates.append(group["lr"])
                adamw.step()
            group["lr"] = undamped
            if last_step + 1 >= period and phase == "val":
                scheduler.step()
            undamped = group["lr"]
            last_step += 1
            group["lr"] = undamped * min(1.0, (last_step + 1) / period)
    return rates


def clipped(norm):
    parameters = {name: torch.zeros(shape, dtype=torch.float64, requires_grad=True) for name, shape in SHAPES.items()}
    for name, parameter in parameters.items():
        parameter.grad = tensor(name, *SHAPES[name])
    total = torch.nn.utils.clip_grad_norm_(parameters.values(), norm)
    return {
        "norm": norm,
        "total": float(total),
        "gradients": {name: summary(parameter.grad) for name, parameter in parameters.items()},
    }


def adamw_with(rates):
    parameters = {name: tensor(name, *shape).requires_grad_(True) for name, shape in SHAPES.items()}
    adamw = torch.optim.AdamW(parameters.values(), lr=RATE, weight_decay=0.1)
    for step in range(1, STEPS + 1):
        adamw.param_groups[0]["lr"] = rates[step - 1]
        for name, parameter in parameters.items():
            parameter.grad = tensor(f"{name}/{step}", *SHAPES[name])
        adamw.step()
    return {name: summary(parameter) for name, parameter in parameters.items()}


def main():
    rates = cosine()
    print(json.dumps(
        {
            "rate": RATE,
            "steps": STEPS,
            "shapes": SHAPES,
            "cosine": rates,
            "restarts": restarts(),
            "clipped": [clipped(1.0), clipped(1e6)],
            "adamw": adamw_with(rates),
        },
        separators=(",", ":"),
    ))


if __name__ == "__main__":
    main()
