"""Makes tests/fixtures/r231_*.json: what lungmask makes of small networks, slices, class volumes and a phantom.

Inputs follow formulas that the tests repeat (hashed numbers, ellipses); class volumes are stored, deflated, in base64.

Ran with Python 3.11.7, lungmask 0.2.22, torch 2.13.0, numpy 2.4.6, scipy 1.17.1, scikit-image 0.26.0,
fill-voids 2.1.2, SimpleITK 2.5.7.
Usage: python tests/oracles/r231.py [network|slices|real|masks|phantom …]
"""

import base64
import hashlib
import json
import math
import sys
import zlib
from pathlib import Path

import numpy as np
import SimpleITK as sitk
import torch
from lungmask import LMInferer, utils
from lungmask.resunet import UNet
from nn_hashed import digits, hashed, summary
from scipy import ndimage

FIXTURES = Path(__file__).parent.parent / "fixtures"
SHARED = Path(__file__).parent.parent.parent.parent / "shared" / "data"
SCALE = {"gain": 2.0, "norm": 1.0}
RESOLUTION = [256, 256]


# The network


def u_net(width, depth, classes=3):
    wf = int(math.log2(width))
    net = UNet(1, classes, depth=depth, wf=wf, padding=True, batch_norm=True, up_mode="upsample", residual=False)
    for name, values in net.state_dict().items():
        if "residual" in name or name.endswith("num_batches_tracked"):
            continue
        if name.endswith("running_var"):
            centre, spread = 1, 0.5
        elif name.endswith("running_mean"):
            centre, spread = 0, 0.1
        elif values.ndim == 1 and name.endswith(".weight"):
            centre, spread = SCALE["norm"], 0.2
        elif values.ndim >= 2:
            centre, spread = 0, math.sqrt(3 * SCALE["gain"] / (values.numel() / values.shape[0]))
        else:
            centre, spread = 0, 0.1
        numbers = (centre + spread * hashed(name, values.numel())).astype(np.float32)
        values.copy_(torch.from_numpy(numbers).reshape(values.shape))
    return net.eval()


def hashed_input(shape):
    batch, channels, rows, columns = shape
    cells = (math.ceil(rows / 16), math.ceil(columns / 16))
    fine = hashed("input", math.prod(shape)).reshape(shape)
    coarse = hashed("input/coarse", batch * channels * math.prod(cells)).reshape(batch, channels, *cells)
    coarse = coarse.repeat(16, 2).repeat(16, 3)[:, :, :rows, :columns]
    return torch.from_numpy((fine + 1.5 * coarse).astype(np.float32)).double()


def network_case(width, depth, shape, gradients):
    net = u_net(width, depth).double()
    net.softmax = torch.nn.Identity()
    x = hashed_input(shape)
    case = {"shape": {"width": width, "depth": depth, "classes": 3}, "input": shape}
    with torch.no_grad():
        logits = net(x)
    case["logits"] = summary(logits)
    case["sample"] = [digits(v) for v in logits.flatten()[::997].tolist()]
    for mode in ("eval", "train") if gradients else ():
        net.train(mode == "train").zero_grad()
        logits = net(x)
        loss = (logits * torch.from_numpy(hashed("grad", logits.numel())).reshape(logits.shape)).sum()
        loss.backward()
        used = {name: p.grad for name, p in net.named_parameters() if "residual" not in name}
        case[mode] = {"loss": digits(loss.item()), "gradients": {name: summary(g) for name, g in used.items()}}
    return case


def network():
    return {
        "scale": SCALE,
        "small": network_case(4, 3, [2, 1, 16, 24], True),
        "r231": network_case(64, 5, [1, 1, 256, 256], False),
    }


# Slices


def draw(rows, columns, ellipses, noise, dtype, seed=""):
    """HU; an ellipse is its centre's row and column, its radii and its HU; later ones lie over earlier ones."""
    y, x = np.mgrid[:rows, :columns].astype(np.float64)
    hu = np.full((rows, columns), -1000.0)
    for row, column, height, width, value in ellipses:
        hu[((y - row) / height) ** 2 + ((x - column) / width) ** 2 < 1] = value
    hu += noise * hashed(f"noise{seed}", rows * columns).reshape(rows, columns)
    return np.round(hu).astype(np.int16) if dtype == "int16" else hu.astype(np.float32)


def chest(rows, columns, shift=0.0):
    r, c = rows, columns
    return [
        [0.5 * r + shift, 0.48 * c, 0.36 * r, 0.42 * c, 45.5],
        [0.5 * r + shift, 0.3 * c, 0.2 * r, 0.14 * c, -830.25],
        [0.52 * r + shift, 0.66 * c, 0.22 * r, 0.13 * c, -850],
        [0.72 * r + shift, 0.48 * c, 0.06 * r, 0.05 * c, 900],
        [0.93 * r, 0.5 * c, 0.02 * r, 0.4 * c, -100],
    ]


def slice_cases():
    arms = [[60, 60, 40, 45, 30], [65, 14, 12, 9, 40], [65, 112, 14, 10, 35], [58, 60, 20, 22, -800]]
    return {
        "chest": (64, 64, chest(64, 64), 60, "int16"),
        "chest in float32": (64, 64, chest(64, 64), 60, "float32"),
        "wide": (90, 211, chest(90, 211), 40, "int16"),
        "tall": (300, 130, chest(300, 130), 40, "float32"),
        "full size": (512, 512, chest(512, 512), 120, "int16"),
        "resampled size": (500, 500, chest(500, 500), 120, "float32"),
        "arms": (128, 128, arms, 20, "int16"),
        "two halves, the smaller first": (100, 140, [[22, 70, 15, 30, 0], [70, 70, 24, 60, 0]], 30, "int16"),
        "two of equal size": (128, 128, [[64, 30, 20, 20, 0], [64, 94, 20, 20, 0]], 0, "int16"),
        "reaching the border": (120, 120, [[60, 60, 90, 50, 20], [50, 40, 22, 15, -820]], 50, "int16"),
        "all tissue": (70, 70, [[35, 35, 99, 99, 20]], 10, "int16"),
        "empty": (64, 80, [], 30, "int16"),
        "crumbs only": (128, 128, [[40, 40, 1.5, 1.5, 50], [80, 90, 2.5, 1.2, 60]], 0, "int16"),
        "checks of noise": (128, 128, [[64, 64, 60, 60, -500]], 400, "float32"),
    }


def slices():
    cases = []
    for name, (rows, columns, ellipses, noise, dtype) in slice_cases().items():
        hu = draw(rows, columns, ellipses, noise, dtype)
        images, boxes = utils.preprocess(hu[None], RESOLUTION)
        cases.append({
            "name": name, "rows": rows, "columns": columns, "ellipses": ellipses, "noise": noise, "dtype": dtype,
            "box": [int(v) for v in boxes[0]], **described(images),
        })
    return cases


def real():
    """Scans that are not part of this repository; what is kept of them are boxes and a checksum."""
    cases = []
    for path in ("ct-cases/chest-slices", "lung1/NSCLC-Radiomics/LUNG1-001"):
        hu = sitk.GetArrayFromImage(utils.load_input_image(str(SHARED / path), disable_tqdm=True))
        images, boxes = utils.preprocess(hu, RESOLUTION)
        cases.append({"path": path, "boxes": [[int(v) for v in box] for box in boxes],
                      "sha256": described(images)["sha256"]})
    return cases


def described(images):
    """What LMInferer does next, and a summary in HU of what comes of it."""
    images[images > 600] = 600
    x = torch.as_tensor(np.divide(images + 1024, 1624), dtype=torch.float32)
    checksum = hashlib.sha256(x.numpy().tobytes()).hexdigest()
    return {"hu": summary(torch.from_numpy(images.astype(np.float64))), "sha256": checksum}


# Volumes of classes


def deflated(volume):
    return base64.b64encode(zlib.compress(np.ascontiguousarray(volume, np.uint8).tobytes(), 9)).decode()


def blobs(rng, shape, sigma, threshold):
    """Two classes of smooth random blobs over background, some of them touching."""
    fields = [ndimage.gaussian_filter(rng.standard_normal(shape), sigma, mode="wrap") for _ in range(3)]
    fields = [f / f.std() for f in fields]
    return np.where(fields[0] > threshold, 1 + (fields[1] > 0) + (fields[2] > 1.2), 0).astype(np.uint8)


def lungs(rng, shape):
    """Two balls with crumbs of the other class, holes, and crumbs outside."""
    z, y, x = np.mgrid[: shape[0], : shape[1], : shape[2]]
    _, rows, columns = shape
    volume = np.zeros(shape, np.uint8)
    for label, column in ((1, 0.3), (2, 0.68)):
        volume[np.hypot(y - rows / 2, x - column * columns) < 0.24 * columns] = label
    for _ in range(25):
        at = [int(rng.integers(n)) for n in shape]
        size = rng.integers(1, 4, 3)
        volume[tuple(slice(a, a + s) for a, s in zip(at, size))] = rng.integers(0, 3)
    return volume


def mask_volumes():
    rng = np.random.default_rng(3)
    for i in range(16):
        yield f"blobs {i}", blobs(rng, tuple(rng.integers(3, 24, 3)), rng.uniform(0.5, 2), rng.uniform(0, 1))
    for i in range(8):
        yield f"one slice {i}", blobs(rng, (1, *rng.integers(12, 60, 2)), (0, 1.2, 1.2), rng.uniform(-0.3, 0.8))
    for i in range(10):
        yield f"lungs {i}", lungs(rng, (int(rng.integers(2, 12)), 30, 40))
    for i in range(4):
        yield f"lungs in one slice {i}", lungs(rng, (1, 40, 60))
    for i, density in enumerate((0.02, 0.05, 0.1, 0.3)):
        sparse = (rng.random((7, 15, 17)) < density) * rng.integers(1, 4, (7, 15, 17))
        yield f"crumbs, many of equal size {i}", sparse.astype(np.uint8)
    for i in range(6):
        cubes = np.zeros((6, 24, 24), np.uint8)
        for _ in range(14):
            z, y, x = (int(v) for v in rng.integers(0, (5, 22, 22)))
            cubes[z : z + 2, y : y + 2, x : x + 2] = rng.integers(1, 3)
        yield f"cubes of equal size, some touching {i}", cubes
    holes = np.ones((1, 70, 40), np.uint8)
    for i, size in enumerate((62, 63, 64, 65)):
        holes[0, 3 + 16 * i : 3 + 16 * i + 8, 5 : 5 + size // 8] = 0
        holes[0, 3 + 16 * i : 3 + 16 * i + size % 8, 5 + size // 8] = 0
    holes[0, 30:40, :4] = 0
    yield "holes of 62 to 65 pixels in one slice", holes
    shell = np.ones((5, 9, 9), np.uint8)
    shell[2, 3:6, 3:6], shell[1:4, 7, 7], shell[0:3, 1, 1] = 0, 2, 0
    yield "a void, another class inside, a tunnel to the border", shell
    yield "empty", np.zeros((3, 4, 5), np.uint8)
    yield "empty, one slice", np.zeros((1, 4, 5), np.uint8)
    yield "full", np.full((3, 4, 5), 2, np.uint8)


def masks():
    return [
        {"name": name, "shape": [int(n) for n in volume.shape], "classes": deflated(volume),
         "expected": deflated(utils.postprocessing(volume.copy(), disable_tqdm=True))}
        for name, volume in mask_volumes()
    ]


# The whole of it


class Injected(LMInferer):
    def __init__(self, model):
        self.model, self.device = model, torch.device("cpu")
        self.fillmodel, self.batch_size, self.volume_postprocessing, self.tqdm_disable = None, 20, True, True


def phantom():
    rows, columns, count, noise = 96, 110, 3, 25
    net = u_net(4, 3)
    for seed in range(1000):
        volume = np.stack([
            draw(rows, columns, chest(rows, columns, i), noise, "int16", f"/{seed}/{i}") for i in range(count)
        ])
        images, _ = utils.preprocess(volume, RESOLUTION)
        x = torch.as_tensor((images + 1024) / 1624, dtype=torch.float32)[:, None]
        with torch.inference_mode():
            if seed == 0:  # a bias that gives every class its share of the pixels
                logits = net(x).transpose(0, 1).reshape(3, -1)
                bias = [round(float(v), 2) for v in net.last.bias - logits.quantile(0.6, 1)]
                net.last.bias.copy_(torch.tensor(bias))
            best = net(x).topk(2, 1).values
        margin = (best[:, 0] - best[:, 1]).min().item()
        if margin > 8e-6:
            break
    else:
        raise SystemExit("no phantom without near ties")
    result = Injected(net).apply(volume)
    return {
        "shape": {"width": 4, "depth": 3, "classes": 3}, "scale": SCALE, "lastBias": bias,
        "volume": list(volume.shape), "ellipses": [chest(rows, columns, i) for i in range(count)], "noise": noise,
        "seed": seed, "margin": margin, "counts": [int(n) for n in np.bincount(result.ravel(), minlength=3)],
        "expected": deflated(result),
    }


makers = {"network": network, "slices": slices, "real": real, "masks": masks, "phantom": phantom}
for wanted in sys.argv[1:] or makers:
    (FIXTURES / f"r231_{wanted}.json").write_text(json.dumps(makers[wanted](), separators=(",", ":")) + "\n")
