"""Makes tests/fixtures/survival_losses.json: the losses that a head can be trained with instead of DeepHit, their gradients
and survival curves, in float64.

Losses and curves are pycox's own. Its epsilons are set to 0 where it has a parameter for them. Follow-up goes through
pycox's label transforms, so that bins and fractions of months are its own too. Cox's loss with tied deaths is that of
statsmodels (Breslow), since pycox orders ties by chance; without ties the two must agree. The cross-entropy is torch's.

Ran with Python 3.11, torch 2.13.0, pycox 0.3.0, statsmodels 0.15.0, numpy and pandas as pycox takes them.
Usage: python survival_losses.py > ../fixtures/survival_losses.json
"""

import json

import numpy as np
import pandas as pd
import torch
from pycox.models import CoxPH, LogisticHazard, MTLR, PCHazard
from pycox.models.loss import cox_ph_loss, nll_logistic_hazard, nll_mtlr, nll_pc_hazard_loss
from pycox.preprocessing.discretization import DiscretizeUnknownC, Duration2Idx
from statsmodels.duration.hazard_regression import PHReg

BINS = 24
CUTS = np.arange(BINS + 1, dtype="float64")
digits = lambda x: float(f"{x:.12g}")


def graded(loss, phi):
    leaf = phi.clone().requires_grad_(True)
    value = loss(leaf)
    value.backward()
    return {"value": digits(value.item()), "gradient": [digits(g) for g in leaf.grad.flatten().tolist()]}


def rounded(shape, scale, generator):
    # Multiples of 1/64 are the same number in float32.
    phi = torch.round(64 * scale * torch.randn(*shape, generator=generator)) / 64
    return phi.clamp(-50, 50)


def follow_up(patients, generator, ties):
    # Multiples of 1/64 again. Nobody has 0 months, which pycox leaves out, nor a whole number: those are tested apart.
    months = torch.randint(1, 30 * 64, (patients,), generator=generator).double() / 64
    months = torch.where(months % 1 == 0, months + 1 / 64, months)
    event = (torch.rand(patients, generator=generator) < 0.7).double()
    if ties:
        months[1], event[0], event[1] = months[0], 1, 1
        months[3] = months[2]
        event[2], event[3] = 1, 0
    late = months > BINS
    months[late], event[late] = BINS, 0
    return months, event


def discrete(months, event):
    labels = LogisticHazard.label_transform(CUTS[1:])
    # Cuts 1 to 24: bin k is the month (k, k + 1]. Whoever was lost before the first cut has no bin there.
    known = (months >= 1) | (event == 1)
    k, e = labels.transform(months[known].numpy(), event[known].numpy())
    bins = torch.full((len(months),), -1)
    bins[known] = torch.tensor(k)
    return bins, known, torch.tensor(e)


def of_known(loss, k, known, e, patients):
    return lambda phi: loss(phi[known], k[known], e.double(), reduction="sum") / patients


def cox_breslow(g, months, event):
    terms = [
        g[i] - torch.logsumexp(g[months >= months[i]], 0) for i in range(len(months)) if event[i] == 1
    ]
    return -sum(terms) / event.sum()


def mtlr(x, k, event):
    # pycox's loss adds 1e-7 inside the logarithm and takes differences of sums: far from 0 that is no oracle any more.
    logits = torch.cat([x.flip(1).cumsum(1).flip(1), torch.zeros(len(x), 1)], 1)
    loss = 0.0 * x.sum()
    for row, bin_, died in zip(logits, k.tolist(), event.tolist()):
        possible = row[bin_ : bin_ + 1] if died else row[bin_ + 1 :]
        loss = loss + torch.logsumexp(row, 0) - torch.logsumexp(possible, 0)
    return loss / len(x)


def check_cox(g, months, event):
    ours = cox_breslow(g, months, event).item()
    model = PHReg(months.numpy(), g.numpy()[:, None], status=event.numpy(), ties="breslow")
    assert abs(ours + model.loglike(np.ones(1)) / event.sum().item()) < 1e-9
    if len(set(months[event == 1].tolist())) == int(event.sum()) and len(set(months.tolist())) == len(months):
        theirs = cox_ph_loss(g, months, event, eps=0.0).item()
        assert abs(ours - theirs) < 1e-12 * max(1, abs(ours)), (ours, theirs)


def main():
    torch.set_default_dtype(torch.float64)
    generator = torch.Generator().manual_seed(18)
    cases = []
    for scale, patients, ties in [(1, 4, False), (4, 6, True), (16, 6, False), (1, 1, False), (0.25, 12, True)]:
        months, event = follow_up(patients, generator, ties)
        if patients == 1:
            event[0] = 1
        phi = rounded((patients, BINS), scale, generator)
        one = rounded((patients, 1), scale, generator)
        k, known, e = discrete(months, event)
        labels = PCHazard.label_transform(CUTS)
        # pycox 0.3.0 sets these two only where it chooses the cuts itself.
        labels.duc = DiscretizeUnknownC(CUTS, right_censor=True, censor_side="right")
        labels.di = Duration2Idx(CUTS)
        with_time = labels.transform(months.numpy(), event.numpy())
        pc = [torch.tensor(np.asarray(x)) for x in with_time]
        if scale <= 1:
            theirs = of_known(nll_mtlr, k, known, e, patients)(phi)
            assert abs(mtlr(phi, k, event) - theirs) < 1e-5 * theirs, (mtlr(phi, k, event), theirs)
        check_cox(one.squeeze(1), months, event)
        is_known = (event == 1) | (months >= BINS)
        bce = torch.nn.functional.binary_cross_entropy_with_logits
        case = {
            "months": months.tolist(),
            "event": [int(x) for x in event],
            "bin": k.tolist(),
            "outputs": phi.flatten().tolist(),
            "single": one.flatten().tolist(),
            "logistic-hazard": graded(of_known(nll_logistic_hazard, k, known, e, patients), phi),
            "mtlr": graded(lambda x: mtlr(x, k, event), phi),
            "pc-hazard": graded(
                lambda x: nll_pc_hazard_loss(x, pc[0].long(), pc[1].double(), pc[2].double()), phi
            ),
            "cox": graded(lambda x: cox_breslow(x.squeeze(1), months, event), one),
            "cross-entropy": graded(
                lambda x: bce(x.squeeze(1)[is_known], event[is_known])
                if is_known.any()
                else 0 * x.sum(),
                one,
            ),
        }
        cases.append(case)

    # Curves, from the networks' outputs as pycox reads them: each network is the identity.
    # Its one weight is never used: pycox makes an optimiser of every network.
    identity = torch.nn.Identity()
    identity.unused = torch.nn.Parameter(torch.zeros(1))
    outputs = 2 * torch.randn(5, BINS, generator=generator)
    single = torch.randn(12, 1, generator=generator)
    months, event = follow_up(12, generator, True)
    rows = lambda surv: [[digits(x) for x in row] for row in np.asarray(surv).tolist()]
    hazards = LogisticHazard(identity).predict_surv(outputs, numpy=True, epsilon=0.0)
    pmf = MTLR(identity).predict_pmf(outputs, numpy=True)
    pc = PCHazard(identity)
    pc.duration_index = CUTS
    pc_rows = pc.predict_surv(outputs, numpy=True)
    cox = CoxPH(identity)
    frame = pd.DataFrame({"duration": months.numpy(), "event": event.numpy()})
    cox.duration_col, cox.event_col = "duration", "event"
    jumps = cox._compute_baseline_hazards(single.numpy(), frame, np.inf, 256, True, 0)
    cumulative = jumps.cumsum()
    at_months = [float(cumulative[cumulative.index <= m].iloc[-1]) if (cumulative.index <= m).any() else 0.0 for m in CUTS]
    curves = [np.exp(-np.array(at_months) * np.exp(g)) for g in single.squeeze(1).numpy()]
    print(
        json.dumps(
            {
                "bins": BINS,
                "cases": cases,
                "curves": {
                    "outputs": outputs.flatten().tolist(),
                    "logistic-hazard": rows(hazards),
                    "mtlr": rows(1 - np.cumsum(pmf, axis=1)),
                    "pc-hazard": rows(pc_rows),
                    "cox": {
                        "logHazards": single.flatten().tolist(),
                        "months": months.tolist(),
                        "event": [int(x) for x in event],
                        "baseline": [digits(x) for x in at_months],
                        "survival": rows(curves[:3]),
                    },
                },
            },
            separators=(",", ":"),
        )
    )


if __name__ == "__main__":
    main()
