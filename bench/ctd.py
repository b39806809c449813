"""Times pycox's concordance_td on the cohorts that bench/ctd.ts wrote: python ctd.py FOLDER SIZE... Prints JSON."""

import json
import sys
import time

import numpy as np
import pandas as pd
from pycox.evaluation import EvalSurv

folder, sizes = sys.argv[1], [int(size) for size in sys.argv[2:]]


def evaluation(patients):
    numbers = np.fromfile(f"{folder}/{patients}.f64").reshape(patients, -1)
    months, event, survival = numbers[:, 0].copy(), numbers[:, 1].astype(int), numbers[:, 2:].T.copy()
    surv = pd.DataFrame(survival, index=np.arange(1.0, survival.shape[0] + 1))
    return EvalSurv(surv, months, event, steps="pre")


evaluation(sizes[0]).concordance_td("antolini")  # compiles
results = []
for patients in sizes:
    cohort = evaluation(patients)
    start = time.perf_counter()
    value = cohort.concordance_td("antolini")
    results.append({"ms": 1000 * (time.perf_counter() - start), "value": value})
print(json.dumps(results))
