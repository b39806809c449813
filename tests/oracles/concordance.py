"""Makes tests/fixtures/concordance.json: pycox's concordance_td on random small cohorts full of ties.

The cohorts are not stored: `Lcg` and `cohort` are repeated in tests/survival/concordance/concordance_test.ts. Per cohort, the
values of pycox (antolini pre, antolini post, adj pre, adj post); null where pycox divides by zero. Then, by this file's
own loops, the pair counts of "risk" and "lab".

Ran with Python 3.11.7, pycox 0.3.0, numba 0.68.1, numpy 2.4.6, pandas 2.3.3.
Usage: python concordance.py > ../fixtures/concordance.json
"""

import bisect
import json

import numpy as np
import pandas as pd
from pycox.evaluation import EvalSurv

from random_cohort import Lcg

COHORTS = 400


def cohort(seed):
    draw = Lcg(seed)
    patients, columns = 1 + draw.below(14), 1 + draw.below(5)
    times, t = [], draw.below(3)
    for _ in range(columns):
        t += 1 + draw.below(3)
        times.append(t / 2)
    deaths = draw.below(5)  # of 4: 0 makes a cohort without events
    months, event, survival = [], [], []
    for _ in range(patients):
        months.append(draw.below(2 * t + 3) / 4)
        event.append(int(draw.below(4) < deaths))
        levels = sorted((draw.below(9) / 8 for _ in range(columns)), reverse=True)
        survival.append(levels)
    return times, months, event, survival


def pycox(times, months, event, survival, steps, method):
    surv = pd.DataFrame(np.array(survival).T, index=np.array(times))
    evaluation = EvalSurv(surv, np.array(months), np.array(event), steps=steps)
    try:
        value = evaluation.concordance_td(method)
    except ZeroDivisionError:
        return None
    return None if np.isnan(value) else round(float(value), 12)


def loops(times, months, event, survival, steps):
    """[risk doubled, risk pairs, lab concordant, lab pairs]"""
    last = len(times) - 1
    interval = [bisect.bisect_left(times, m) for m in months]
    risk, risk_pairs, lab, lab_pairs = 0, 0, 0, 0
    for i in range(len(months)):
        found = interval[i] if steps == "pre" else bisect.bisect_right(times, months[i]) - 1
        column = min(max(found, 0), last)
        for j in range(len(months)):
            if not event[i]:
                continue
            low, high = survival[i][column], survival[j][column]
            if months[i] < months[j] or (months[i] == months[j] and not event[j]):
                risk_pairs += 1
                risk += 2 * (low < high) + (low == high)
            if interval[i] < interval[j]:
                lab_pairs += 1
                lab += low < high
    return [risk, risk_pairs, lab, lab_pairs]


def main():
    rows = []
    for seed in range(COHORTS):
        data = cohort(seed)
        rows.append(
            [pycox(*data, steps, method) for method in ("antolini", "adj_antolini") for steps in ("pre", "post")]
            + [loops(*data, steps) for steps in ("pre", "post")]
        )
    print("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]")


if __name__ == "__main__":
    main()
