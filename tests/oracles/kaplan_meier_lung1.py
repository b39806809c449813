"""Makes tests/fixtures/kaplan_meier_lung1.json: LUNG1's survival by lifelines, of all patients and without the excluded.

Of each time in months of 30.4375 days: survival, its 95 % log-log interval, and how many are still observed. The table
itself is no part of the repository; the fixture holds nothing of single patients.

Ran with Python 3.11.7, pandas 2.3.3, lifelines 0.30.3 on NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv.
Usage: python kaplan_meier_lung1.py CLINICAL.csv > ../fixtures/kaplan_meier_lung1.json
"""

import json
import sys

import pandas as pd
from lifelines import KaplanMeierFitter

TIMES = [6, 12, 18, 24, 60]
EXCLUDED = {f"LUNG1-{number}" for number in ("014", "021", "085", "095", "128", "194", "246")}


def curve(table):
    months = table["Survival.time"] / 30.4375
    fitter = KaplanMeierFitter(alpha=0.05).fit(months, table["deadstatus.event"])
    interval = fitter.confidence_interval_survival_function_
    at = [interval.index[interval.index <= time][-1] for time in TIMES]
    return {
        "patients": len(table),
        "deaths": int(table["deadstatus.event"].sum()),
        "survival": fitter.predict(TIMES).tolist(),
        "low": interval.loc[at].iloc[:, 0].tolist(),
        "high": interval.loc[at].iloc[:, 1].tolist(),
        "atRisk": [int((months >= time).sum()) for time in TIMES],
        "medianMonths": float(fitter.median_survival_time_),
    }


table = pd.read_csv(sys.argv[1])
kept = table[~table["PatientID"].isin(EXCLUDED)]
print(json.dumps({"times": TIMES, "all": curve(table), "kept": curve(kept)}, indent=1))
