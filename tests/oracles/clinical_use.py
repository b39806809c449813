"""Makes tests/fixtures/clinical_use.json: decision curves, isotonic regression and recalibration by other packages.

The cohorts are those of random_cohort.py, which tests/survival/random_cohort.ts repeats; they are not stored. The last
time of the grid is the time at which everything is computed. null stands for what dcurves leaves out.

Ran with Python 3.11.7, dcurves 1.1.7, scikit-learn 1.9.1, lifelines 0.30.3, SciPy 1.17.1, numpy 2.4.6, pandas 2.3.3.
Usage: python clinical_use.py > ../fixtures/clinical_use.json
"""

import json
import warnings

import numpy as np
import pandas as pd
from dcurves import dca
from lifelines import KaplanMeierFitter
from scipy.optimize import brentq
from sklearn.isotonic import IsotonicRegression

from random_cohort import Lcg, cohort

warnings.simplefilter("ignore")
COHORTS = 120
THRESHOLDS = [0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.97]


def number(value):
    return None if value is None or not np.isfinite(value) else float(f"{value:.13g}")


def curve(months, event, survival, time, thresholds=THRESHOLDS):
    """[threshold][net benefit of the model, of treating all, avoided]; dcurves fails where it has no value at all."""
    data = pd.DataFrame({"months": months, "event": event, "risk": 1 - survival})
    try:
        found = dca(
            data=data, outcome="event", modelnames=["risk"], thresholds=thresholds, time=time,
            time_to_outcome_col="months",
        )
    except TypeError:
        one = len(thresholds) == 1
        return [[None] * 3] if one else [curve(months, event, survival, time, [t])[0] for t in thresholds]
    by = {name: rows.sort_values("threshold") for name, rows in found.groupby("model")}
    columns = by["risk"]["net_benefit"], by["all"]["net_benefit"], by["risk"]["net_intervention_avoided"]
    return [[number(value) for value in row] for row in zip(*columns)]


def isotonic(seed):
    """Points with ties and weights of 0; the line at places in between and beyond."""
    draw = Lcg(seed + 7)
    n = 1 + draw.below(30)
    levels = 8 if seed % 2 == 0 else 4096
    x = np.array([draw.below(levels) / levels for _ in range(n)])
    y = np.array([float(draw.below(2)) if seed % 3 else draw.below(64) / 64 for _ in range(n)])
    weight = np.array([draw.below(5) / 4 for _ in range(n)])
    if not weight.any():
        weight[0] = 1.0
    line = IsotonicRegression(out_of_bounds="clip").fit(x, y, sample_weight=weight)
    return [number(value) for value in line.predict(np.arange(-2, 11) / 8)]


def free_before(months, event, t):
    """G(t-), the probability of not being censored before t; who dies at the time of a censoring is not at risk."""
    left = 1.0
    for u in np.unique(months[(event == 0) & (months < t)]):
        at_risk = np.sum(months >= u) - np.sum((months == u) & (event == 1))
        left *= 1 - np.sum((months == u) & (event == 0)) / at_risk
    return left


def recalibrated(times, months, event, survival):
    """Of three folds: the factor of each shift, and the last survival by isotonic regression; None if not all have."""
    time, last = times[-1], survival[:, -1]
    fold = np.arange(len(months)) % 3
    factors, ends = [], np.empty(len(months))
    for k in range(3):
        own, others = fold == k, fold != k
        if not others.any() or not own.any() or months[others].max() < time:
            return None
        m, e, s = months[others], event[others], last[others]
        observed = float(KaplanMeierFitter().fit(m, e).survival_function_at_times(time).iloc[0])
        if not 0 < observed < 1:
            return None
        factors.append(np.exp(brentq(lambda c: np.mean(s ** np.exp(c)) - observed, -30, 30, xtol=1e-15, rtol=1e-15)))
        alive = (m > time) | ((m == time) & (e == 0))
        dead = (e == 1) & (m <= time)
        weight = np.where(alive, 1 / free_before(m, e, time), 0.0)
        for i in np.flatnonzero(dead):
            weight[i] = 1 / free_before(m, e, m[i])
        line = IsotonicRegression(out_of_bounds="clip").fit(s, alive.astype(float), sample_weight=weight)
        ends[own] = line.predict(last[own])
    return {"factors": [number(c) for c in factors], "ends": [number(s) for s in ends]}


rows = []
for seed in range(COHORTS):
    times, months, event, survival, _ = cohort(seed)
    rows.append({
        "curve": curve(months, event, survival[:, -1], times[-1]),
        "recalibrated": recalibrated(times, months, event, survival),
    })

def lines(values):
    return ",\n".join(json.dumps(value, separators=(",", ":")) for value in values)


print(f'{{"thresholds":{json.dumps(THRESHOLDS)},\n"cohorts":[\n{lines(rows)}\n],')
print(f'"isotonic":[\n{lines(isotonic(seed) for seed in range(200))}\n]}}')
