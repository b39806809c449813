"""Random cohorts for the oracles of scores, which tests/survival/random_cohort.ts repeats: they are not stored."""

import numpy as np


class Lcg:
    """Numerical Recipes' linear congruential generator; the upper half of each state."""

    def __init__(self, seed):
        self.state = seed * 2654435761 & 0xFFFFFFFF  # spreads neighbouring seeds

    def below(self, n):
        self.state = (self.state * 1664525 + 1013904223) & 0xFFFFFFFF
        return (self.state >> 16) % n


def cohort(seed):
    draw = Lcg(seed + 1000)
    patients, columns = 1 + draw.below(40), 2 + draw.below(4)
    times, t = [], 0
    for _ in range(columns):
        t += 1 + draw.below(4)
        times.append(t)
    deaths = draw.below(5)  # of 4: 0 makes a cohort without deaths
    months, event, survival, limits = [], [], [], []
    tied = seed % 2 == 0
    for i in range(patients):
        months.append((1 + draw.below(2 * t + 2)) / 2 if tied else (draw.below((t + 2) * 1024) * 64 + i) / 65536)
        event.append(int(draw.below(4) < deaths))
        levels = 32 if tied else 4096
        survival.append(sorted(((1 + draw.below(levels - 1)) / levels for _ in range(columns)), reverse=True))
        limits.append(months[-1] + event[-1] * draw.below(8) / 2)
    return np.array(times, float), np.array(months), np.array(event), np.array(survival), np.array(limits)
