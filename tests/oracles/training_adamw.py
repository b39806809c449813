"""Makes tests/fixtures/training_adamw.json: torch.optim.AdamW over 20 steps, in float64.

Parameters and gradients are the hashed numbers of tests/support/golden.ts: parameter v(name, i), gradient of step s
spread * v("name/s", i), so that only results are stored, as the summaries of golden.ts.

Ran with Python 3.11.7, torch 2.13.0, numpy 2.4.6.
Usage: python training_adamw.py > ../fixtures/training_adamw.json
"""

import json

import torch
from nn_hashed import summary, tensor

STEPS = 20
# Two of more than 2^16 numbers, small ones before, between and after; one without a gradient only decays.
SHAPES = {"bias": [7], "large": [300, 256], "weight": [12, 5], "larger": [70000], "scalar": [], "still": [3]}
SPREAD = {"bias": 1, "large": 0.01, "weight": 100, "larger": 1e-6, "scalar": 1, "still": 0}
OPTIONS = {
    "defaults": {"learningRate": 0.001},
    "all": {"learningRate": 0.02, "weightDecay": 0.1, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.0001},
}


def run(options):
    parameters = {name: tensor(name, *shape).requires_grad_(True) for name, shape in SHAPES.items()}
    adamw = torch.optim.AdamW(
        parameters.values(),
        lr=options["learningRate"],
        weight_decay=options.get("weightDecay", 0.01),
        betas=(options.get("beta1", 0.9), options.get("beta2", 0.999)),
        eps=options.get("epsilon", 1e-8),
    )
    for step in range(1, STEPS + 1):
        for name, parameter in parameters.items():
            parameter.grad = tensor(f"{name}/{step}", *SHAPES[name], scale=SPREAD[name])
        adamw.step()
    return {name: summary(parameter) for name, parameter in parameters.items()}


def main():
    cases = [{"options": options, "parameters": run(options)} for options in OPTIONS.values()]
    print(json.dumps({"steps": STEPS, "shapes": SHAPES, "spread": SPREAD, "cases": cases}, separators=(",", ":")))


if __name__ == "__main__":
    main()
