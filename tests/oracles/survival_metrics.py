"""Makes tests/fixtures/survival_metrics.json: what other packages say of random cohorts.

Cohorts of 1 to 40 patients, every second one full of ties, from no deaths to no censoring. They are not stored: `cohort`
is repeated in tests/survival/random_cohort.ts. null stands for whatever a package refuses or divides by zero for. Where
packages disagree on ties, "before" is this file's own loops over the definition.

Ran with Python 3.11.7, scikit-survival 0.28.0, pycox 0.3.0, lifelines 0.30.3, SurvivalEVAL 0.9.0, SciPy 1.17.1,
numpy 2.4.6, pandas 2.3.3, numba 0.68.1.
Usage: python survival_metrics.py > ../fixtures/survival_metrics.json
"""

import json
import warnings

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from pycox.evaluation import admin
from scipy import stats
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.metrics import (
    brier_score, concordance_index_ipcw, cumulative_dynamic_auc, integrated_brier_score,
)
from sksurv.nonparametric import kaplan_meier_estimator
from sksurv.util import Surv
from SurvivalEVAL.evaluations.calibration.distributional.distribution_calibration import d_calibration

from random_cohort import cohort

COHORTS = 300
warnings.simplefilter("ignore")


def number(value):
    return None if value is None or not np.isfinite(value) else float(f"{value:.12g}")


def attempt(call):
    try:
        return call()
    except (ValueError, ZeroDivisionError, AssertionError, ArithmeticError):
        return None


def before(months, event, at, when, tau):
    """Brier, AUC and Uno's C, with G(T-) and those censored at t alive, by their definitions."""
    def g(t):
        value = 1.0
        for c in np.unique(months[(event == 0) & (months < t)]):
            risk = (months >= c).sum() - ((months == c) & (event == 1)).sum()
            value *= 1 - ((months == c) & (event == 0)).sum() / risk
        return value

    def weigh(weight):
        return 1 / weight if weight > 0 else np.nan
    own = np.array([weigh(g(t)) for t in months])
    briers, aucs = [], []
    for s, t in zip(at, when):
        case = (months <= t) & (event == 1)
        alive = (months > t) | ((months == t) & (event == 0))
        now = weigh(g(t))
        briers.append(number((np.sum(s[case] ** 2 * own[case]) + now * np.sum((1 - s[alive]) ** 2)) / len(months)))
        score = (s[case][:, None] < s[alive] - 1e-8) + 0.5 * (abs(s[case][:, None] - s[alive]) <= 1e-8)
        total = own[case].sum() * alive.sum()
        aucs.append(number((own[case][:, None] * score).sum() / total if total > 0 else None))
    last, top, bottom = at[-1], 0.0, 0.0
    for i in np.flatnonzero((event == 1) & (months < tau)):
        other = (months > months[i]) | ((months == months[i]) & (event == 0))
        top += own[i] ** 2 * ((last[i] < last[other]) + 0.5 * (last[i] == last[other])).sum()
        bottom += own[i] ** 2 * other.sum()
    return [briers, aucs, number(top / bottom if bottom > 0 else None)]


def kaplan_meier(months, event):
    """Rows of [survival, low, high, at risk]: the first, middle and last distinct time."""
    t, survival, (low, high) = kaplan_meier_estimator(event == 1, months, conf_type="log-log")
    theirs = KaplanMeierFitter().fit(months, event)
    assert np.allclose(theirs.predict(t).to_numpy() if len(t) > 1 else theirs.predict(t[0]), survival, atol=1e-12)
    risk = theirs.event_table["at_risk"]
    return [[number(survival[k]), number(low[k]), number(high[k]), int(risk[t[k]])] for k in (0, len(t) // 2, len(t) - 1)]


def log_rank(months, event, groups):
    result = multivariate_logrank_test(months, np.arange(len(months)) % groups, event)
    return [number(result.test_statistic), number(result.p_value)]


def calibration(s, months, event, t, wanted):
    rank = np.array([(s < own).sum() for own in s])
    group = wanted * rank // len(s)
    error = 0.0
    for k in np.unique(group):
        of = group == k
        fitted = KaplanMeierFitter().fit(months[of], event[of])
        observed = float(fitted.predict(t))
        if months[of].max() < t and observed > 0:
            return None
        error += of.mean() * abs(s[of].mean() - observed)
    return number(error)


def calibration_index(s, months, event, t):
    """Austin's ICI, E50 and E90, by Cox regression on a restricted cubic spline of the prediction."""
    x = np.log(-np.log(np.clip(s, 1e-10, 1 - 1e-10)))
    a, b, c = np.quantile(x, [0.1, 0.5, 0.9])
    if months.max() < t or not a < b < c or not event.any():
        return None

    def cube(knot):
        return np.maximum(0, x - knot) ** 3
    bent = (cube(a) - cube(b) * (c - a) / (c - b) + cube(c) * (b - a) / (c - b)) / (c - a) ** 2
    terms = np.c_[(x - b) / (c - a), bent / (c - a)]
    model = CoxPHSurvivalAnalysis(alpha=0, ties="efron", n_iter=500, tol=1e-15)
    fitted = attempt(lambda: model.fit(terms, Surv.from_arrays(event == 1, months)))
    if fitted is None or np.abs(fitted.coef_).max() > 25:
        return None
    hazard = fitted.cum_baseline_hazard_
    base = hazard.y[np.searchsorted(hazard.x, t, side="right") - 1] if hazard.x[0] <= t else 0.0
    error = np.abs(np.exp(-base * np.exp(terms @ fitted.coef_)) - s)
    return [number(error.mean()), number(np.median(error)), number(np.quantile(error, 0.9))]


def row(seed):
    times, months, event, survival, limits = cohort(seed)
    grid, curves = np.r_[0, times], np.c_[np.ones(len(months)), survival]
    when = np.array([times[0], (times[0] + times[-1]) / 2 + 0.25, times[-1]]) if len(times) > 1 else times
    when = np.unique(np.minimum(when, times[-1]))
    at = np.array([[np.interp(t, grid, curve) for curve in curves] for t in when])
    y = attempt(lambda: Surv.from_arrays(event == 1, months))
    tau = float(times[-1])
    uno = attempt(lambda: concordance_index_ipcw(y, y, -at[-1], tau)[0])
    uno_all = attempt(lambda: concordance_index_ipcw(y, y, -at[-1])[0])
    aucs = [attempt(lambda: cumulative_dynamic_auc(y, y, -s, [t])[0][0]) for s, t in zip(at, when)]
    mean = attempt(lambda: cumulative_dynamic_auc(y, y, -at.T, when)[1]) if None not in aucs else None
    briers = [attempt(lambda: brier_score(y, y, s[:, None], [t])[1][0]) for s, t in zip(at, when)]
    integrated = attempt(lambda: integrated_brier_score(y, y, at.T, when))
    administrative = admin.brier_score(when, months, limits, event, at, when)
    end = np.minimum(months, times[-1])
    died = (event == 1) & (months <= times[-1])
    chance = np.array([np.interp(t, grid, curve) for t, curve in zip(end, curves)])
    statistic, p, histogram = d_calibration(chance, died, 10)
    return {
        "uno": [number(uno), number(uno_all)],
        "auc": [number(value) for value in aucs],
        "meanAuc": number(mean),
        "brier": [number(value) for value in briers],
        "integrated": number(integrated),
        "administrative": [number(value) for value in administrative],
        "before": before(months, event, at, when, tau),
        "kaplanMeier": kaplan_meier(months, event),
        "logRank": [log_rank(months, event, groups) if len(months) >= groups else None for groups in (2, 3)],
        "dCalibration": [number(statistic), number(p), *(number(count) for count in histogram[::-1])],
        "calibration": calibration(at[-1], months, event, when[-1], 4),
        "calibrationIndex": calibration_index(at[-1], months, event, tau),
    }


def main():
    chi = [[x, df, stats.chi2.sf(x, df)] for df in (1, 2, 3, 4, 9, 10, 30, 99) for x in (0.001, 0.4, 1, 3, 9.5, 31, 120, 700)]
    student = [[t, df, 2 * stats.t.sf(t, df)] for df in (1, 2, 3, 9, 10, 29, 99) for t in (0.0001, 0.1, 0.7, 1, 2.3, 6, 40)]
    rows = ",\n".join(json.dumps(row(seed), separators=(",", ":")) for seed in range(COHORTS))
    tails = json.dumps({"chiSquare": chi, "student": student}, separators=(",", ":"))
    print(f'{{"tails":{tails},\n"cohorts":[\n{rows}\n]}}')


if __name__ == "__main__":
    main()
