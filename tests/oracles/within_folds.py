"""Makes tests/fixtures/within_folds.json: Ctd and AUC within folds, the authors' Ctd, and the loss of one curve for all.

Cohorts are stored with their results. Curves fall exponentially, so one risk orders the patients at every month, and
Harrell's concordance of scikit-survival is Ctd. The sums over folds, the authors' Ctd and the batches are this file's
own loops.

Ran with Python 3.11.7, scikit-survival 0.28.0, lifelines 0.30.3, numpy 2.4.6.
Usage: python within_folds.py > ../fixtures/within_folds.json
"""

import itertools
import json
import math

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.utils import concordance_index
from sksurv.metrics import concordance_index_censored
from sksurv.nonparametric import CensoringDistributionEstimator
from sksurv.util import Surv

MONTHS = range(25)


def cohort(seed):
    draw = np.random.default_rng(seed)
    patients = int(draw.integers(12, 60))
    days = 1.0 + draw.permutation(1100)[:patients]
    if seed % 2 == 0:  # many of the same day, and of exactly some whole months of 30 days
        days = np.maximum(12.0, draw.integers(0, 37, patients) * 30.0)
    dead = draw.random(patients) < 0.75
    limit = 24 * 365.25 / 12
    event = np.where(days > limit, 0, dead).astype(int)
    months = np.minimum(days, limit) / (365.25 / 12)
    hazard = np.round(np.exp(draw.normal(0, 1, patients)) / 20, 2 if seed % 2 == 0 else 6)
    survival = np.exp(-np.outer(hazard, MONTHS))
    folds = draw.integers(0, 4, patients)
    return months, event, hazard, survival, folds


def ctd_within_folds(months, event, hazard, folds):
    concordant = comparable = 0.0
    for fold in np.unique(folds):
        mine = folds == fold
        if event[mine].sum() == 0 or mine.sum() < 2:
            continue
        try:
            _, good, bad, tied, _ = concordance_index_censored(event[mine] == 1, months[mine], hazard[mine])
        except Exception:  # no pair of this fold can be compared
            continue
        concordant += good + tied / 2
        comparable += good + bad + tied
        if len(set(hazard[mine])) == mine.sum() and len(set(months[mine])) == mine.sum():
            theirs = concordance_index(months[mine], -hazard[mine], event[mine])
            assert abs(theirs - (good + tied / 2) / (good + bad + tied)) < 1e-12
    return concordant, comparable


def auc_within_folds(months, event, hazard, folds, month):
    """Deaths by `month` against those alive then; the censoring is estimated on all patients."""
    estimator = CensoringDistributionEstimator().fit(Surv.from_arrays(event == 1, months))
    score = weight = 0.0
    for i in np.flatnonzero((event == 1) & (months <= month)):
        g = estimator.predict_proba(np.array([months[i]]))[0]
        for j in np.flatnonzero((months > month) & (folds == folds[i])):
            weight += 1 / g
            score += (1.0 if hazard[i] > hazard[j] else 0.5 if hazard[i] == hazard[j] else 0.0) / g
    return score / weight if weight else None


def authors(months, event, survival, groups):
    """The authors' definition: T whole months of 30 days; risk = the sum of the first T - 1 bins; ties lose."""
    whole = [math.floor(round(m * 365.25 / 12) / 30) for m in months]
    bins = -np.diff(survival, axis=1)
    concordant = comparable = 0
    for i, j in itertools.permutations(range(len(whole)), 2):
        if event[i] == 0 or not whole[i] < whole[j] or groups[i] != groups[j]:
            continue
        risk = bins[:, : whole[i] - 1].sum(axis=1)
        comparable += 1
        # Sums are rounded; risks that differ by less than this are the same.
        concordant += risk[i] - risk[j] > 1e-12
    return int(concordant), comparable


def constant_loss(months, event, batch):
    """alpha = beta = 0.5; the mean over all ways to cut the first eight patients into batches."""
    months, event = months[:8], event[:8]
    bins = [max(0, math.ceil(m) - 1) if e else math.floor(m) - 1 for m, e in zip(months, event)]
    known = [(b, e) for b, e in zip(bins, event) if b >= 0]
    curve = KaplanMeierFitter().fit([b for b, _ in known], [e for _, e in known])
    alive = lambda b: float(curve.predict(b)) if b >= 0 else 1.0
    l1 = -sum(math.log(alive(b - 1) - alive(b)) if e else math.log(alive(b)) for b, e in zip(bins, event)) / 8

    def l2(members):
        pairs = sum(event[i] == 1 and bins[i] < bins[j] for i, j in itertools.permutations(members, 2))
        return pairs / len(members)

    def mean_l2(size):
        return float(np.mean([l2(members) for members in itertools.combinations(range(8), size)]))

    sizes = [batch] * (8 // batch) + ([8 % batch] if 8 % batch else [])
    return l1 / 2 + float(np.mean([mean_l2(size) for size in sizes])) / 2


def row(seed):
    months, event, hazard, survival, folds = cohort(seed)
    return {
        "months": months.tolist(),
        "event": event.tolist(),
        "hazard": hazard.tolist(),
        "folds": folds.tolist(),
        "ctd": ctd_within_folds(months, event, hazard, folds),
        # Of continuous times: packages disagree about censorings at the time of a death.
        "auc": auc_within_folds(months, event, hazard, folds, 12) if seed % 2 else None,
        "authors": authors(months, event, survival, np.zeros(len(months))),
        "authorsWithinFolds": authors(months, event, survival, folds),
        "constantLoss": [constant_loss(months, event, batch) for batch in (2, 3, 4)],
    }


print(json.dumps([row(seed) for seed in range(24)]))
