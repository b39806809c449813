"""Makes tests/fixtures/penalised_cox.json: penalised Cox regressions by scikit-survival and lifelines.

- `elasticNet`: CoxnetSurvivalAnalysis on standardised covariates, more of them than patients in two tables. It stops
  where the conditions of a maximum hold to about 1e-8 whatever `tol` is, so SciPy solves them to the last digits for
  the covariates that it selected, and the script makes sure that they hold for the others.
- `ridge`: CoxPHSurvivalAnalysis with Breslow's ties, whose alpha is n times our penalty.
- `unpenalised`: lifelines' likelihood-ratio test (Efron's ties), in days without ties and in whole months.

Ran with Python 3.11.7, numpy 2.4.6, scipy 1.17.1, lifelines 0.30.3, scikit-survival 0.28.0.
Usage: python penalised_cox.py > ../fixtures/penalised_cox.json
"""

import json

import numpy as np
import pandas as pd
import scipy.optimize
from lifelines import CoxPHFitter
from sksurv.linear_model import CoxnetSurvivalAnalysis, CoxPHSurvivalAnalysis
from sksurv.util import Surv


def numbers(values):
    return [float(f"{x:.14g}") for x in np.ravel(values)]


def table(seed, patients, covariates, whole):
    """Correlated covariates of very different sizes, some of which matter; in whole months most deaths are tied."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(patients, 3))
    x = common @ rng.normal(size=(3, covariates)) + rng.normal(size=(patients, covariates))
    hazard = np.exp(0.6 * x[:, 0] / x[:, 0].std() - 0.5 * x[:, 1] / x[:, 1].std())
    death = rng.exponential(16 / hazard)
    censoring = rng.uniform(2, 40, patients)
    months = np.minimum(np.minimum(death, censoring), 24)
    event = ((death <= censoring) & (death <= 24)).astype(int)
    x = (x * 10.0 ** rng.integers(-3, 4, covariates)).round(6)
    return x, (np.ceil(months) if whole else months).round(4), event


def slopes(z, months, event, b):
    """Derivatives of Breslow's log partial likelihood by the coefficients, one death after the other."""
    risk = np.exp(z @ b)
    total = np.zeros(z.shape[1])
    for i in np.flatnonzero(event):
        followed = months >= months[i]
        total += z[i] - risk[followed] @ z[followed] / risk[followed].sum()
    return total / len(z)


def polished(z, months, event, start, alpha, ratio):
    chosen, b = start != 0, start.copy()
    if not chosen.any():
        return b

    def conditions(active):
        b[chosen] = active
        g = slopes(z, months, event, b)[chosen]
        return g - alpha * (1 - ratio) * active - alpha * ratio * np.sign(start[chosen])

    b[chosen] = scipy.optimize.root(conditions, start[chosen], tol=1e-15).x
    assert np.abs(conditions(b[chosen])).max() < 1e-13
    assert (np.sign(b) == np.sign(start)).all()
    assert np.abs(slopes(z, months, event, b)[~chosen]).max(initial=0) < alpha * ratio * (1 + 1e-9)
    assert np.abs(b - start).max() < 1e-5
    return b


cases = []
for seed, patients, covariates, whole in [(1, 60, 4, False), (2, 60, 4, True), (3, 40, 60, True), (4, 50, 80, False)]:
    x, months, event = table(seed, patients, covariates, whole)
    y = Surv.from_arrays(event == 1, months)
    z = (x - x.mean(0)) / x.std(0)
    nets = []
    for ratio in (0.5, 1.0):
        first = CoxnetSurvivalAnalysis(l1_ratio=ratio, n_alphas=20, alpha_min_ratio=0.1).fit(z, y)
        alphas = first.alphas_[[0, 3, 8, 13, 19]]
        net = CoxnetSurvivalAnalysis(l1_ratio=ratio, alphas=alphas, tol=1e-15, max_iter=10_000_000).fit(z, y)
        nets.append(
            {
                "l1Ratio": ratio,
                "largest": float(first.alphas_[0]),
                "penalties": [float(a) for a in alphas],
                "coefficients": [
                    numbers(polished(z, months, event, c, a, ratio) / x.std(0)) for c, a in zip(net.coef_.T, alphas)
                ],
            }
        )
    ridges = []
    for penalty in (1.0, 0.1, 0.01):
        fit = CoxPHSurvivalAnalysis(alpha=penalty * patients, ties="breslow", tol=1e-14, n_iter=1000).fit(z, y)
        ridges.append({"penalty": penalty, "coefficients": numbers(fit.coef_ / x.std(0))})
    case = {
        "covariates": [numbers(row) for row in x],
        "months": numbers(months),
        "event": [int(e) for e in event],
        "elasticNet": nets,
        "ridge": ridges,
    }
    if covariates < 10:
        frame = pd.DataFrame(z).assign(months=months, event=event)
        frame.columns = [str(c) for c in frame.columns]
        fitter = CoxPHFitter().fit(frame, "months", "event", fit_options={"precision": 1e-13, "max_steps": 500})
        test = fitter.log_likelihood_ratio_test()
        case["unpenalised"] = {
            "statistic": float(test.test_statistic),
            "degreesOfFreedom": int(test.degrees_freedom),
            "p": float(test.p_value),
        }
    cases.append(case)
print(json.dumps(cases))
