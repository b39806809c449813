"""Makes tests/fixtures/deephit_losses.json: DeepHit's losses and their gradients in float64.

The losses are written here as loops over the formulae of Lee et al. (2018); autograd differentiates them. Where
pycox's own losses are defined (tail, tied-censored pairs, mean over pairs, no bin -1), they must agree.

Ran with Python 3.11.7, torch 2.13.0, pycox 0.3.0, numpy 2.4.6.
Usage: python deephit_losses.py > ../fixtures/deephit_losses.json
"""

import itertools
import json

import torch
from pycox.models.data import pair_rank_mat
from pycox.models.loss import nll_pmf, rank_loss_deephit_single

BINS = 24


def padded(phi, tail):
    return torch.cat([phi, torch.zeros(len(phi), 1, dtype=phi.dtype)], 1) if tail else phi


def likelihood(phi, k, e, tail):
    rows = padded(phi, tail)
    losses = []
    for row, bin_, event in zip(rows, k, e):
        possible = row[bin_ : bin_ + 1] if event else row[bin_ + 1 :]
        if len(possible) > 0:
            losses.append(torch.logsumexp(row, 0) - torch.logsumexp(possible, 0))
    return sum(losses) / len(k)


def ranking(phi, k, e, tail, sigma, tied_censored, squared):
    p = torch.softmax(padded(phi, tail), 1)
    total = 0.0 * phi.sum()
    for i, j in itertools.permutations(range(len(k)), 2):
        if e[i] and (k[i] < k[j] or (tied_censored and k[i] == k[j] and not e[j])):
            upto = k[i] + 1
            total = total + torch.exp((p[j, :upto].sum() - p[i, :upto].sum()) / sigma)
    return total / len(k) ** (2 if squared else 1)


def graded(loss, phi):
    leaf = phi.clone().requires_grad_(True)
    value = loss(leaf)
    value.backward()
    digits = lambda x: float(f"{x:.10g}")
    return {"value": digits(value.item()), "gradient": [digits(g) for g in leaf.grad.flatten().tolist()]}


def check_pycox(phi, k, e, case):
    k_t, e_t = torch.tensor(k), torch.tensor(e, dtype=torch.float64)
    ours = likelihood(phi, k, e, True)
    # pycox adds 1e-7 inside the logarithm.
    assert abs(ours - nll_pmf(phi, k_t, e_t)) < 1e-2 * abs(ours), case
    mat = torch.tensor(pair_rank_mat(k_t.numpy(), e_t.numpy())).double()
    theirs = rank_loss_deephit_single(phi, k_t, e_t, mat, 0.1)
    ours = ranking(phi, k, e, True, 0.1, True, True)
    assert abs(ours - theirs) <= 1e-9 * abs(theirs), case


def main():
    torch.set_default_dtype(torch.float64)  # pycox makes its own ones()
    generator = torch.Generator().manual_seed(7)
    cases = []
    for scale, patients in [(1, 4), (0.25, 4), (4, 6), (50, 6), (1, 1), (1, 6)]:
        # Multiples of 1/64 are the same number in float32.
        phi = torch.round(64 * scale * torch.randn(patients, BINS, generator=generator, dtype=torch.float64)) / 64
        phi = phi.clamp(-50, 50)
        k = torch.randint(0, BINS, (patients,), generator=generator).tolist()
        e = (torch.rand(patients, generator=generator) < 0.75).int().tolist()
        if patients > 1:
            k[1], e[0], e[1] = k[0], 1, 0  # a death and a censoring in the same bin
        if scale <= 4:
            check_pycox(phi, k, e, scale)
        if patients == 6:
            k[2], e[2] = -1, 0
            k[3], e[3] = BINS - 1, 0
        cases.append(
            {
                "logits": phi.flatten().tolist(),
                "bin": k,
                "event": e,
                "likelihood": graded(lambda x: likelihood(x, k, e, True), phi),
                "likelihoodNoTail": graded(lambda x: likelihood(x, k, e, False), phi),
                "ranking": graded(lambda x: ranking(x, k, e, True, 0.1, False, False), phi),
                "rankingNoTail": graded(lambda x: ranking(x, k, e, False, 0.1, False, False), phi),
                "rankingPycox": graded(lambda x: ranking(x, k, e, True, 0.1, True, True), phi),
            }
        )
    print(json.dumps({"bins": BINS, "cases": cases}, separators=(",", ":")))


if __name__ == "__main__":
    main()
