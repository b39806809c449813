"""Makes tests/fixtures/folds.json: scikit-learn's StratifiedKFold assignments.

Each case: labels as digits, one per patient; folds and seed; the test fold of each patient in base 36.

Ran with Python 3.11.7, scikit-learn 1.9.1, numpy 2.4.6.
Usage: python folds.py > ../fixtures/folds.json
"""

import json
import warnings

import numpy as np
from sklearn.model_selection import StratifiedKFold

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def assign(labels, folds, seed):
    test_fold = np.empty(len(labels), dtype=int)
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    for fold, (_, test) in enumerate(splitter.split(np.zeros(len(labels)), labels)):
        test_fold[test] = fold
    return "".join(DIGITS[fold] for fold in test_fold)


def main():
    warnings.simplefilter("ignore", UserWarning)  # classes smaller than the number of folds are among the cases
    draw = np.random.RandomState(2019)
    cases = []
    shapes = [(415, 10, 42, [164, 251]), (415, 10, 0, [164, 251]), (102, 10, 42, [40, 62]), (12, 3, 1, [12])]
    shapes += [(6, 2, 3, [3, 3]), (7, 3, 2**32 - 1, [1, 6]), (30, 10, 5, [4, 26]), (48, 5, 42, [2, 3, 43])]
    shapes += [(36, 36, 8, [36]), (2, 2, 9, [2])]
    for _ in range(40):
        sizes = draw.randint(1, 60, size=draw.randint(1, 5)).tolist()
        shapes.append((sum(sizes), int(draw.randint(2, max(3, min(36, max(sizes)) + 1))), int(draw.randint(2**31)), sizes))
    for patients, folds, seed, sizes in shapes:
        if folds > max(sizes):
            continue
        labels = draw.permutation(np.repeat(np.arange(len(sizes)), sizes))
        assert len(labels) == patients
        cases.append(
            {
                "labels": "".join(map(str, labels)),
                "folds": folds,
                "seed": seed,
                "testFold": assign(labels, folds, seed),
            }
        )
    print("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]")


if __name__ == "__main__":
    main()
