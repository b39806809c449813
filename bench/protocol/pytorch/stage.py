"""One stage of the protocol in PyTorch: python stage.py ORDER.json, which bench/protocol/pytorch/main.ts wrote.

What it took is one JSON value on the last line of stdout.
"""
import json
import multiprocessing
import os
import resource
import sys
import time

import numpy as np
import torch

here = os.path.dirname(os.path.abspath(__file__))
sys.path += [here, os.path.join(here, "..", "..")]

MEAN, STD = (torch.tensor(v)[:, None, None] for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
#: Slices that go through a backbone at a time.
CHUNK = 16


def load_slices(order, patient):
    return np.load(os.path.join(order["arrays"], f"{patient['id']}.npy"), mmap_mode="r")


def make_backbone(name):
    """Frozen, its normalisations set so that activations are of ordinary size; weights do not change the time."""
    from pytorch_backbones import backbones

    torch.manual_seed(0)
    net = backbones[name]()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        net.train()(torch.randn(8, 3, 224, 224))
    return net.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def extract(net, slices):
    with torch.inference_mode():
        parts = []
        for part in torch.from_numpy(np.array(slices, np.float32)).split(CHUNK):
            images = ((part[:, None] - MEAN) / STD).to(memory_format=torch.channels_last)
            parts.append(net(images))
    return torch.cat(parts)


def slices(order):
    from preprocess import load_unet, preprocess

    net = load_unet(order["unet"])
    count = 0
    for patient in order["patients"]:
        made = preprocess(net, patient["image"])
        if made is not None:
            np.save(os.path.join(order["output"], f"{patient['id']}.slices.npy"), made.astype(np.float32))
            count += len(made)
    return {"slices": count}


def features(order):
    net = make_backbone(order["of"])
    if order["compiled"]:
        net = torch.compile(net, dynamic=False)
    count = 0
    for patient in order["patients"]:
        found = extract(net, load_slices(order, patient))
        np.save(os.path.join(order["output"], f"{patient['id']}.{order['of']}.npy"), found.numpy())
        count += len(found)
    return {"slices": count}


def training_patients(order):
    def load(patient):
        path = os.path.join(order["output"], f"{patient['id']}.{order['of']}.npy")
        return torch.from_numpy(np.load(path)), patient["bin"], patient["event"]

    return [load(patient) for patient in order["patients"]]


def one_fold(order, fold):
    """In a process of its own, on one thread, as ours trains folds."""
    from head import predict, train_fold

    torch.set_num_threads(1)
    patients = training_patients(order)
    tested = [patient["fold"] == fold for patient in order["patients"]]
    losses, head = train_fold([p for p, out in zip(patients, tested) if not out], order["epochs"], order["compiled"])
    predict(head, [p for p, out in zip(patients, tested) if out])
    return float(losses[-1])


def folds(order):
    wanted = [(order, fold) for fold in range(1, order["folds"] + 1)]
    with multiprocessing.get_context("spawn").Pool(order["threads"]) as pool:
        losses = pool.starmap(one_fold, wanted, chunksize=1)
    return {"slices": None, "losses": losses}


def uncached(order):
    """One epoch of one fold, the backbone in every step, as in the authors' code: timed without its preparation."""
    from head import BATCH, Training, collate

    net = make_backbone(order["of"])
    patients = [patient for patient in order["patients"] if patient["fold"] != 1]
    batches = [patients[i : i + BATCH] for i in range(0, len(patients), BATCH)][: order["batches"]]
    width = extract(net, load_slices(order, patients[0])[:1]).shape[1]
    training = Training(width, False)
    began = usage()
    count = 0
    for batch in batches:
        found = [(extract(net, load_slices(order, p)), p["bin"], p["event"]) for p in batch]
        # A tensor of inference cannot be trained on.
        training.step(collate([(f.clone(), bin, event) for f, bin, event in found]))
        count += sum(len(f) for f, _, _ in found)
    return {"slices": count, "trained": sum(map(len, batches)), "since": began}


def usage():
    sums = [0.0, 0.0]
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        found = resource.getrusage(who)
        sums[0] += found.ru_utime + found.ru_stime
        sums[1] = max(sums[1], found.ru_maxrss / 1024)
    return {"wallSeconds": time.monotonic(), "cpuSeconds": sums[0], "peakMegabytes": sums[1]}


def main():
    started = time.monotonic()
    with open(sys.argv[1]) as file:
        order = json.load(file)
    torch.set_num_threads(order["threads"])
    done = {"slices": slices, "features": features, "folds": folds, "uncached": uncached}[order["kind"]](order)
    since = done.pop("since", {"wallSeconds": started, "cpuSeconds": 0.0})
    taken = usage()
    print(json.dumps({
        **done,
        "torch": torch.__version__,
        "wallSeconds": taken["wallSeconds"] - since["wallSeconds"],
        "cpuSeconds": taken["cpuSeconds"] - since["cpuSeconds"],
        "peakMegabytes": taken["peakMegabytes"],
    }))


if __name__ == "__main__":
    main()
