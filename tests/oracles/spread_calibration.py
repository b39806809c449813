"""Makes tests/fixtures/spread_calibration.json: the error of random predictions in groups by their spread.

The weights are the inverse probability of censoring by Kaplan-Meier, from loops over the definition: G(T-) for deaths and
G(24-) for those alive at 24 months, a patient censored at 24 months among them. scikit-learn's Brier score with these
weights, times their sum over the number of patients, is the score by Graf et al. SciPy gives the rank correlation, least squares on ranks
the partial one, and sorting the spread of curves: at each end as many are left out as 95 % allow.

Ran with numpy 2.4.6, scikit-learn 1.9.1, scipy 1.17.1.
Usage: python spread_calibration.py > ../fixtures/spread_calibration.json
"""

import json

import numpy as np
from scipy.stats import rankdata, spearmanr
from sklearn.metrics import brier_score_loss

TIME = 24


def censoring(months, event, before):
    """Probability of not being censored before a time."""
    left = 1.0
    for t in np.unique(months[(event == 0) & (months < before)]):
        at_risk = (months >= t).sum() - ((months == t) & (event == 1)).sum()
        left *= 1 - ((months == t) & (event == 0)).sum() / at_risk
    return left


cases = []
for seed, patients, rounded, members in [(1, 30, False, 7), (2, 47, True, 7), (3, 12, True, 7), (4, 20, False, 50)]:
    rng = np.random.default_rng(seed)
    months = np.minimum(rng.exponential(20, patients), 24 + 4 * rng.random(patients))
    months = np.minimum(np.round(months) if rounded else months, 30)
    event = (rng.random(patients) < 0.6).astype(int)
    event[months >= 24] = 0
    curves = np.clip(rng.random((patients, 1)) + 0.2 * rng.normal(size=(patients, members)), 0, 1)
    if rounded:
        curves = np.round(curves, 1)
    mean = curves.mean(1)
    left = members * 5 // 200
    low, high = np.sort(curves, axis=1)[:, [left, members - 1 - left]].T
    dead = (event == 1) & (months <= TIME)
    alive = (months > TIME) | ((months == TIME) & (event == 0))
    known = dead | alive
    weights = np.array([1 / censoring(months, event, t if d else TIME) for t, d in zip(months, dead)]) * known
    width = high - low
    # Patients with the same width are in one group: the place of the first of them decides.
    order = np.argsort(width, kind="stable")
    first = np.searchsorted(width[order], width, side="left")
    groups = [np.flatnonzero(3 * first // patients == g) for g in range(3)]
    errors = []
    for group in groups:
        if len(group) == 0:
            continue
        own = group[known[group]]
        score = brier_score_loss(alive[own], mean[own], sample_weight=weights[own]) if len(own) else 0.0
        errors.append({"patients": len(group), "squaredError": float(score * weights[own].sum() / len(group))})

    def rest(values):
        """What a least-squares line on the ranks of S (1 - S) leaves of the ranks of some numbers."""
        design = np.column_stack([np.ones(known.sum()), rankdata((mean * (1 - mean))[known])])
        ranks = rankdata(values[known])
        return ranks - design @ np.linalg.lstsq(design, ranks, rcond=None)[0]

    squares = np.where(dead, mean, 1 - mean) ** 2
    cases.append(
        {
            "months": months.tolist(),
            "event": event.tolist(),
            "curves": curves.tolist(),
            "mean": mean.tolist(),
            "std": curves.std(1, ddof=1).tolist(),
            "low": low.tolist(),
            "high": high.tolist(),
            "held": int(members - 2 * left),
            "known": int(known.sum()),
            "groups": errors,
            "correlation": float(spearmanr(width[known], squares[known]).statistic),
            "partialCorrelation": float(np.corrcoef(rest(width), rest(squares))[0, 1]),
        }
    )
print(json.dumps(cases))
