"""Makes tests/fixtures/training_final_block.json: three steps of AdamW on a head and a final block, in float64.

torchvision's modules in evaluation mode, from hashed activations at the cut that are the same in float16. Weights are
those of tests/support/golden.ts, of the head those of nn_survival_head.py; all are trained but the running statistics.

Ran with Python 3.11.7, torch 2.13.0, torchvision 0.29.1, numpy 2.4.6.
Usage: python training_final_block.py > ../fixtures/training_final_block.json
"""

import json
import math
from pathlib import Path

import torch

# torchvision's wheel beside a torch of another build has no operators; its models need none.
for operator in ["nms", "qnms"]:
    torch.library.define(f"torchvision::{operator}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import torchvision.models as models  # noqa: E402
from nn_hashed import digits, hashed, summary, tensor  # noqa: E402
from nn_survival_head import Head, loss  # noqa: E402

GOLDENS = json.loads((Path(__file__).parent / "../fixtures/backbone_goldens.json").read_text())
STEPS = 3
OPTIONS = {"learningRate": 0.0001, "weightDecay": 0.05}
# Slices of each patient, more than go through a block at once; of the volumes, their own slices at the cut.
SLICES = [5, 1, 33]
DEPTHS = [2, 1, 2]


def spatial_mean(x):
    return x.flatten(2).mean(2)


# For each network the trained modules, the channels and sizes at the cut, and how features come of the last maps.
NETWORKS = {
    "efficientnet_b0": (["features.7", "features.8"], 192, [3, 2], spatial_mean),
    "resnet50": (["layer4.2"], 2048, [2, 2], spatial_mean),
    "vgg16": (["features.28", "features.29", "features.30"], 512, [4, 4], spatial_mean),
    "alexnet": (["features.10", "features.11", "features.12"], 256, [3, 4], spatial_mean),
    "vit_b_16": (["encoder.layers.encoder_layer_11", "encoder.ln"], 768, [5], lambda x: x[:, 0]),
    "r3d_18": (["layer4.1"], 512, [2, 2], spatial_mean),
}


def weights(name, shape, scale):
    """hashedParameters() of golden.ts."""
    v = torch.from_numpy(hashed(name, math.prod(shape))).reshape(shape)
    if name.endswith("running_var"):
        v = 1 + 0.5 * v
    elif len(shape) == 1 and name.endswith(".weight"):
        v = scale["norm"] + 0.2 * v
    elif len(shape) >= 2:
        v = math.sqrt(3 * scale["gain"] / math.prod(shape[1:])) * v
    else:
        v = 0.1 * v
    return v.float().double()


def half(key, *shape):
    return tensor(key, *shape).half().double()


def activations(model, channels, sizes):
    """Each patient's, channels last as they are kept: [slices, ..., channels]."""
    if model == "r3d_18":
        return [half(f"activations/{i}", 1, depth, *sizes, channels) for i, depth in enumerate(DEPTHS)]
    return [half(f"activations/{i}", count, *sizes, channels) for i, count in enumerate(SLICES)]


def block(model, modules):
    with torch.device("meta"):
        network = getattr(models, model if model != "r3d_18" else "video")
        network = network.r3d_18() if model == "r3d_18" else network()
    parts = {name: network.get_submodule(name) for name in modules}
    for name, part in parts.items():
        part.to_empty(device="cpu").double().eval()
        state = {key: value for key, value in part.state_dict().items() if not key.endswith("num_batches_tracked")}
        hashed_state = {
            key: weights(f"{name}.{key}", list(value.shape), GOLDENS["scale"][model]) for key, value in state.items()
        }
        part.load_state_dict(hashed_state, strict=False)
    return parts


def moved(after, before):
    """In learning rates: a step of AdamW is about one."""
    return summary((after.detach() - before) / OPTIONS["learningRate"])


def run(model):
    modules, channels, sizes, pool = NETWORKS[model]
    parts = block(model, modules)
    patients = activations(model, channels, sizes)
    is_map = model != "vit_b_16"

    def embed(x):
        y = x.movedim(-1, 1) if is_map else x
        for part in parts.values():
            y = part(y)
        return pool(y)

    head = Head()
    head.embedding = torch.nn.Linear(embed(patients[0]).shape[1], 256)
    head = head.double()
    for name, parameter in head.named_parameters():
        scale = math.sqrt(6 / parameter.shape[1]) if parameter.ndim == 2 else 0.1
        parameter.data = tensor(name, *parameter.shape, scale=scale)
    trained = {f"{name}.{key}": p for name, part in parts.items() for key, p in part.named_parameters()}
    adamw = torch.optim.AdamW(
        [*head.parameters(), *trained.values()], lr=OPTIONS["learningRate"], weight_decay=OPTIONS["weightDecay"]
    )
    before = {name: p.detach().clone() for name, p in trained.items()}
    embedding = head.embedding.weight.detach().clone()
    losses = []
    for _ in range(STEPS):
        adamw.zero_grad()
        logits, _ = head([embed(x) for x in patients])
        value = loss(logits)
        value.backward()
        losses.append(digits(value.item()))
        adamw.step()
    return {
        "model": model,
        "activations": [list(x.shape) for x in patients],
        "losses": losses,
        "embedding": moved(head.embedding.weight, embedding),
        "finalBlock": {name: moved(p, before[name]) for name, p in trained.items()},
    }


def main():
    cases = [run(model) for model in NETWORKS]
    print(json.dumps({"steps": STEPS, "options": OPTIONS, "cases": cases}, separators=(",", ":")))


if __name__ == "__main__":
    main()
