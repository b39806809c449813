"""Makes tests/fixtures/fusion.json: a head that takes clinical covariates, and a nested likelihood-ratio test.

`head`: a survival head whose DeepHit takes three clinical covariates behind the patient vector, with the gradients of its
loss, in float64, by torch.nn layers; see nn_survival_head.py. `likelihoodRatio`: Cox regressions by lifelines with and
without the last covariate, stratified and not.

Ran with Python 3.11.7, torch 2.13.0, numpy 2.4.6, lifelines 0.30.3.
Usage: python fusion.py > ../fixtures/fusion.json
"""

import json
import math

import numpy as np
import pandas as pd
import torch
from lifelines import CoxPHFitter
from nn_hashed import digits, summary, tensor
from nn_survival_head import BIN, EMBEDDING, EVENT, FEATURES, SLICES, WIDTH, Head, loss, numbers
from torch import nn

CLINICAL = 3


class FusionHead(Head):
    def __init__(self):
        super().__init__()
        self.survival.hidden[0] = nn.Linear(EMBEDDING + CLINICAL, WIDTH)

    def forward(self, patients, clinical):
        rows = []
        for slices in patients:
            h = self.embedding(slices)
            gate = torch.tanh(self.aggregation.attention_V(h)) * torch.sigmoid(self.aggregation.attention_U(h))
            rows.append((torch.softmax(self.aggregation.attention_w(gate), 0) * h).sum(0))
        return self.deephit(torch.cat([torch.stack(rows), clinical], 1))


def head():
    model = FusionHead().double()
    for name, parameter in model.named_parameters():
        scale = math.sqrt(6 / parameter.shape[1]) if parameter.ndim == 2 else 0.1
        parameter.data = tensor(name, *parameter.shape, scale=scale)
    patients = list(torch.split(tensor("slices", sum(SLICES), FEATURES), SLICES))
    logits = model(patients, tensor("clinical", len(SLICES), CLINICAL))
    value = loss(logits)
    value.backward()
    return {
        "clinical": CLINICAL,
        "slices": SLICES,
        "bin": BIN,
        "event": EVENT,
        "logits": numbers(logits),
        "loss": digits(value.item()),
        "gradients": {name: summary(p.grad) for name, p in model.named_parameters()},
    }


def likelihood_ratio():
    rng = np.random.default_rng(7)
    patients = 60
    x = rng.normal(size=(patients, 3)).round(4)
    strata = np.arange(patients) % 5
    death = rng.exponential(14 * np.exp(-(x @ [0.5, -0.3, 0.4])))
    months = np.minimum(np.ceil(death * 2) / 2, 24)
    event = (death <= 24).astype(int)
    frame = pd.DataFrame(x, columns=["a", "b", "c"]).assign(months=months, event=event, stratum=strata)

    def fit(columns, by):
        options = {"precision": 1e-13, "max_steps": 500}
        strata = ["stratum"] if by else None
        chosen = frame[[*columns, "months", "event", *(strata or [])]]
        return CoxPHFitter().fit(chosen, "months", "event", strata=strata, fit_options=options)

    def test(by):
        small, large = fit(["a", "b"], by), fit(["a", "b", "c"], by)
        return {
            "statistic": digits(2 * (large.log_likelihood_ - small.log_likelihood_)),
            "coefficients": [digits(b) for b in large.params_],
            "standardErrors": [digits(s) for s in large.standard_errors_],
        }

    return {
        "covariates": x.tolist(),
        "months": months.tolist(),
        "event": event.tolist(),
        "strata": strata.tolist(),
        "plain": test(False),
        "stratified": test(True),
    }


if __name__ == "__main__":
    print(json.dumps({"head": head(), "likelihoodRatio": likelihood_ratio()}, separators=(",", ":")))
