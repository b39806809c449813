"""From a scan to slices with SimpleITK, SciPy and PyTorch: what lib/imaging and lib/lungs do, as a user of Python would."""
import json
import os

import numpy as np
import SimpleITK as sitk
import torch
from scipy import ndimage
from torch import nn
from torch.nn import functional as F

SPACING, SIZE, WINDOW, LEAST_LUNG = (1.0, 1.0, 3.0), 224, (-1000, 400), 0.02
GRID, PIXEL, GRID_WINDOW = 128, 3.0, (-1024, 600)


def read_scan(path):
    if os.path.isdir(path):
        files = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(path)
        return sitk.DICOMOrient(sitk.ReadImage(files, sitk.sitkInt16), "LPS")
    return sitk.DICOMOrient(sitk.ReadImage(path, sitk.sitkInt16), "LPS")


def resample(image):
    """Cubic B-spline to 1 x 1 x 3 mm; edges stay aligned."""
    old = np.array(image.GetSpacing())
    size = np.maximum(1, np.ceil(np.array(image.GetSize()) * old / SPACING - 1e-4)).astype(int)
    direction = np.array(image.GetDirection()).reshape(3, 3)
    origin = np.array(image.GetOrigin()) + direction @ ((np.array(SPACING) - old) / 2)
    return sitk.Resample(
        image, size.tolist(), sitk.Transform(), sitk.sitkBSpline, origin.tolist(), SPACING, image.GetDirection(),
        -1024, sitk.sitkInt16,
    )


class Block(nn.Sequential):
    def __init__(self, inputs, outputs):
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True), nn.BatchNorm2d(outputs),
            nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU(inplace=True), nn.BatchNorm2d(outputs),
        )


class UNet(nn.Module):
    """The shipped lung U-Net: five levels from 8 channels."""

    def __init__(self, width=8, depth=5, classes=2):
        super().__init__()
        widths = [width * 2**level for level in range(depth)]
        self.down_path = nn.ModuleList(Block(1 if i == 0 else widths[i - 1], n) for i, n in enumerate(widths))
        self.narrow = nn.ModuleList(nn.Conv2d(2 * n, n, 1) for n in reversed(widths[:-1]))
        self.up_path = nn.ModuleList(Block(2 * n, n) for n in reversed(widths[:-1]))
        self.last = nn.Conv2d(width, classes, 1)

    def forward(self, x):
        bridges = []
        for level, block in enumerate(self.down_path):
            x = block(F.avg_pool2d(x, 2) if level else x)
            bridges.append(x)
        for i, (narrow, block) in enumerate(zip(self.narrow, self.up_path)):
            bridge = bridges[-2 - i]
            x = F.interpolate(narrow(x), bridge.shape[-2:], mode="bilinear")
            x = block(torch.cat([x, bridge], 1))
        return self.last(x)


def load_unet(path):
    """safetensors without its package: a length, a header, the numbers."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    state = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        values = torch.from_numpy(np.frombuffer(data[first:last], np.float32).reshape(entry["shape"]).copy())
        if ".up.1." in name:
            name = name.replace("up_path", "narrow").replace(".up.1.", ".")
        state[name.replace(".conv_block.block.", ".").replace(".block.", ".")] = values
    net = UNet()
    missing, unexpected = net.load_state_dict(state, strict=False)
    if unexpected or any("num_batches_tracked" not in name for name in missing):
        raise ValueError(f"{path} is not the lung U-Net: {missing} {unexpected}")
    return net.eval()


def body_centre(hu):
    """Middle of the largest region that is not air."""
    coarse = hu[:, ::4, ::4] > -500
    labels, count = ndimage.label(coarse)
    if count == 0:
        return [(n - 1) / 2 for n in hu.shape[1:]]
    largest = 1 + np.argmax(np.bincount(labels.ravel())[1:])
    return [4 * float(x.mean()) for x in np.nonzero(labels == largest)[1:]]


def segment_lungs(net, hu):
    """The U-Net on a grid of 3 mm around the body, the largest regions, and their holes."""
    slices, rows, columns = hu.shape
    low, high = GRID_WINDOW
    image = (torch.from_numpy(hu).float().clamp(low, high) - low) / (high - low)
    row, column = body_centre(hu)
    steps = (torch.arange(GRID) - (GRID - 1) / 2) * PIXEL
    y, x = (2 * (row + steps) + 1) / rows - 1, (2 * (column + steps) + 1) / columns - 1
    grid = torch.stack(torch.meshgrid(y, x, indexing="ij")[::-1], -1)
    smooth = F.avg_pool2d(image[:, None], 3, 1, 1, count_include_pad=False)
    with torch.inference_mode():
        seen = F.grid_sample(smooth, grid.expand(slices, -1, -1, -1), padding_mode="zeros", align_corners=False)
        logits = torch.cat([net(part) for part in seen.split(16)])
        lung = torch.sigmoid(logits[:, 1:] - logits[:, :1])
        back_y = ((torch.arange(rows) - row) / PIXEL + (GRID - 1) / 2) * 2 / (GRID - 1) - 1
        back_x = ((torch.arange(columns) - column) / PIXEL + (GRID - 1) / 2) * 2 / (GRID - 1) - 1
        back = torch.stack(torch.meshgrid(back_y, back_x, indexing="ij")[::-1], -1)
        whole = F.grid_sample(lung, back.expand(slices, -1, -1, -1), align_corners=True)
    mask = (whole[:, 0] >= 0.5).numpy()
    labels, count = ndimage.label(mask)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    kept = np.argsort(sizes)[::-1][:6]
    kept = kept[(sizes[kept] > 0) & (sizes[kept] >= 0.004 * hu.size)]
    mask = np.isin(labels, kept) if len(kept) else mask
    for plane in mask:
        if plane.any():
            plane |= ndimage.binary_fill_holes(plane)
    return mask


def preprocess(net, path):
    """[kept, 224, 224] in [0, 1]; None where no slice shows enough lung."""
    hu = sitk.GetArrayFromImage(resample(read_scan(path)))
    mask = segment_lungs(net, hu)
    passing = np.nonzero(mask.mean((1, 2)) > LEAST_LUNG)[0]
    if len(passing) == 0:
        return None
    first, last = passing[0], passing[-1] + 1
    rows, columns = (np.nonzero(mask[first:last].any((0, axis)))[0] for axis in (2, 1))
    cut = hu[first:last, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    resized = F.interpolate(torch.from_numpy(cut).float()[:, None], (SIZE, SIZE), mode="bilinear")[:, 0]
    low, high = WINDOW
    return ((resized.clamp(low, high) - low) / (high - low)).numpy()
