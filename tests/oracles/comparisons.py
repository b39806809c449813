"""Makes tests/fixtures/comparisons.json: two models of the same patients, compared by a bootstrap and over folds.

`bootstrap`: each patient's months, event and survival by either model; then what 200,000 samples of numpy's own random
numbers give: the difference in Ctd, its 95 % interval, and p of no difference, one- and two-sided (Davison & Hinkley
1997, 4.2). Ctd is computed as quadratic forms of how often each patient was drawn.

`folds`: Ctd by fold (null: no pair) and the corrected resampled t-test (Nadeau & Bengio 2003) over folds that both models
have, with SciPy's t distribution. The patients tested per patient trained on are the mean over these folds.

Ran with Python 3.11.7, numpy 2.4.6, scipy 1.17.1.
Usage: python comparisons.py > ../fixtures/comparisons.json
"""

import json

import numpy as np
from scipy import stats

REPLICATES = 200_000


def patients(seed, count, noises):
    rng = np.random.default_rng(seed)
    risk = rng.normal(size=count)
    death = rng.exponential(18 * np.exp(-risk))
    censoring = rng.uniform(6, 30, count)
    months = np.minimum(np.minimum(death, censoring), 24).round(2)
    event = ((death <= censoring) & (death <= 24)).astype(int)
    survival = [np.exp(-np.exp(risk + noise * rng.normal(size=count))).round(3) for noise in noises]
    return months, event, survival


def pairs(months, event, survival):
    """[i, j]: 1 where death i is before j's end, and what the model gets for the pair: 1, or 0.5 for a tie."""
    earlier = (months[:, None] < months) | ((months[:, None] == months) & (event == 0))
    comparable = (event[:, None] == 1) & earlier
    won = (survival[:, None] < survival) + 0.5 * (survival[:, None] == survival)
    return comparable.astype(float), comparable * won


def bootstrap(seed, noises):
    months, event, survival = patients(seed, 40, noises)
    (comparable, first), (_, second) = [pairs(months, event, s) for s in survival]
    rng = np.random.default_rng(0)
    differences = []
    for _ in range(REPLICATES // 1000):
        drawn = rng.multinomial(len(months), np.full(len(months), 1 / len(months)), size=1000).astype(float)
        total = np.einsum("ri,ij,rj->r", drawn, comparable, drawn, optimize=True)
        difference = np.einsum("ri,ij,rj->r", drawn, first - second, drawn, optimize=True)
        differences.append(difference[total > 0] / total[total > 0])
    d = np.concatenate(differences)
    below, above = [(1 + count) / (1 + len(d)) for count in ((d <= 1e-12).sum(), (d >= -1e-12).sum())]
    low, high = np.quantile(d, [0.025, 0.975])
    return {
        "months": months.tolist(),
        "event": event.tolist(),
        "first": survival[0].tolist(),
        "second": survival[1].tolist(),
        "difference": round(float((first - second).sum() / comparable.sum()), 12),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
        "oneSidedP": round(float(min(below, above)), 4),
        "twoSidedP": round(float(min(1, 2 * min(below, above))), 4),
    }


def folds(sizes, first, second):
    both = [k for k in range(len(sizes)) if first[k] is not None and second[k] is not None]
    differences = np.array([first[k] - second[k] for k in both])
    ratio = np.mean([sizes[k] / (sum(sizes) - sizes[k]) for k in both])
    error = np.sqrt(differences.var(ddof=1) * (1 / len(both) + ratio))
    statistic = differences.mean() / error
    return {
        "patients": sizes,
        "first": first,
        "second": second,
        "difference": differences.mean(),
        "standardError": error,
        "statistic": statistic,
        "degreesOfFreedom": len(both) - 1,
        "p": 2 * stats.t.sf(abs(statistic), len(both) - 1),
    }


def main():
    ten = [0.61, 0.58, 0.66, 0.7, 0.55, 0.63, 0.6, 0.71, 0.59, 0.64]
    other = [0.57, 0.6, 0.6, 0.66, 0.56, 0.58, 0.55, 0.65, 0.6, 0.57]
    uneven = [[30, 12, 20, 8, 10], [0.64, 0.7, 0.61, 0.75, 0.58], [0.6, 0.62, 0.6, 0.66, None]]
    print(
        json.dumps(
            {
                "bootstrap": bootstrap(24, [0.8, 1.0]),
                "folds": {"of one size": folds([10] * 10, ten, other), "of many sizes": folds(*uneven)},
            },
            separators=(",", ":"),
        )
    )


if __name__ == "__main__":
    main()
