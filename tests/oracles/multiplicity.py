"""Makes tests/fixtures/multiplicity.json: Holm's adjustment by statsmodels and quantiles of the normal distribution by SciPy.

Ran with Python 3.11.7, statsmodels 0.15.0, scipy 1.17.1, numpy 2.4.6.
Usage: python multiplicity.py > ../fixtures/multiplicity.json
"""

import json

import numpy as np
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

draw = np.random.default_rng(1)
cases = [draw.random(n) ** 3 for n in (1, 2, 5, 7, 7, 12)] + [np.array([0.01, 0.01, 0.04, 0.0, 1.0])]
probabilities = [1e-9, 0.001, 0.025, 0.1, 0.5, 0.8, 0.975, 1 - 0.05 / 14, 0.999999]
print(json.dumps({
    "holm": [{"p": p.tolist(), "adjusted": multipletests(p, method="holm")[1].tolist()} for p in cases],
    "normal": [[p, float(norm.ppf(p))] for p in probabilities],
}))
