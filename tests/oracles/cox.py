"""Makes tests/fixtures/cox.json: Cox regressions of random tables by lifelines and, with a ridge, by scikit-survival.

`survival` are the curves of the first three patients at months 0, 2, 4, ..., 24 from both packages' Breslow baselines.

Ran with Python 3.11.7, numpy 2.4.6, lifelines 0.30.3, scikit-survival 0.28.0.
Usage: python cox.py > ../fixtures/cox.json
"""

import json

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.util import Surv

TIMES = np.arange(0, 25, 2.0)


def digits(x):
    return float(f"{x:.12g}")


def numbers(values):
    return [digits(x) for x in np.ravel(values)]


def table(seed, patients, whole):
    """Covariates (one continuous, one binary, one skewed) and follow-up; in whole months most deaths are tied."""
    rng = np.random.default_rng(seed)
    x = np.column_stack(
        [rng.normal(size=patients), rng.integers(0, 2, patients), rng.exponential(size=patients)]
    ).round(4)
    death = rng.exponential(14 * np.exp(-(x @ [0.6, -0.8, 0.3])))
    censoring = rng.uniform(2, 40, patients)
    months = np.minimum(np.minimum(death, censoring), 24)
    event = ((death <= censoring) & (death <= 24)).astype(int)
    return x, (np.ceil(months) if whole else months).round(4), event


def lifelines_fit(x, months, event):
    frame = pd.DataFrame(x)
    frame.columns = [f"x{k}" for k in frame.columns]
    fitter = CoxPHFitter().fit(
        frame.assign(months=months, event=event), "months", "event", fit_options={"precision": 1e-13, "max_steps": 500}
    )
    # predict_survival_function() would draw straight lines between the steps of the baseline.
    baseline = fitter.baseline_cumulative_hazard_.iloc[:, 0]
    hazard = np.array([baseline[baseline.index <= time].to_numpy()[-1:].sum() for time in TIMES])
    survival = np.exp(-np.outer(fitter.predict_partial_hazard(frame.head(3)), hazard))
    return {
        "coefficients": numbers(fitter.params_),
        "standardErrors": numbers(fitter.standard_errors_),
        "intervals": [numbers(row) for row in np.exp(fitter.confidence_intervals_.to_numpy())],
        "logLikelihood": digits(fitter.log_likelihood_),
        "likelihoodRatio": digits(fitter.log_likelihood_ratio_test().test_statistic),
        "survival": [numbers(row) for row in survival],
    }


def sksurv_fit(x, months, event, ridge):
    model = CoxPHSurvivalAnalysis(alpha=ridge, ties="efron", tol=1e-15, n_iter=200)
    model.fit(x, Surv.from_arrays(event.astype(bool), months))
    curves = model.predict_survival_function(x[:3])
    survival = [[float(s(t)) if t >= s.x[0] else 1.0 for t in np.minimum(TIMES, months.max())] for s in curves]
    return {"ridge": ridge, "coefficients": numbers(model.coef_), "survival": [numbers(row) for row in survival]}


def main():
    cases = []
    for seed, patients, whole in [(1, 40, False), (2, 60, True), (3, 120, True)]:
        x, months, event = table(seed, patients, whole)
        cases.append(
            {
                "covariates": [numbers(row) for row in x],
                "months": numbers(months),
                "event": event.tolist(),
                "lifelines": lifelines_fit(x, months, event),
                "sksurv": [sksurv_fit(x, months, event, ridge) for ridge in (0, 5)],
            }
        )
    print(json.dumps({"times": TIMES.tolist(), "cases": cases}, separators=(",", ":")))


if __name__ == "__main__":
    main()
