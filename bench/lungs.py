"""The stages of preprocessing one patient around lungmask's R231 in PyTorch; one JSON value on stdout (see lungs.ts).

Usage: python bench/lungs.py FOLDER_OF_DICOM THREADS
"""
import json
import os
import resource
import sys
import time

wire = os.fdopen(os.dup(1), "w")
sys.stdout = sys.stderr


def finish(value):
    wire.write(json.dumps(value) + "\n")
    wire.close()
    sys.exit(0)


try:
    import numpy as np
    import SimpleITK as sitk
    import torch
    from lungmask import utils
    from lungmask.resunet import UNet
except ImportError as error:
    finish({"error": str(error)})

PATH, THREADS = sys.argv[1], int(sys.argv[2])
BATCH = 20  # lungmask's default
torch.set_num_threads(THREADS)
torch.manual_seed(0)
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(THREADS)
utils.logger.setLevel("WARNING")
stages = {}


def timed(name, work):
    start = time.perf_counter()
    result = work()
    stages[name] = (time.perf_counter() - start) * 1e3
    return result


def read():
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(PATH))
    return reader.Execute()


def orient_and_resample(image):
    image = sitk.Cast(sitk.DICOMOrient(image, "LPS"), sitk.sitkFloat32)
    old, new = image.GetSpacing(), (1.0, 1.0, 3.0)
    size = [max(1, int(np.ceil(n * s / t - 1e-4))) for n, s, t in zip(image.GetSize(), old, new)]
    shift = [(t - s) / 2 for s, t in zip(old, new)]
    origin = image.TransformContinuousIndexToPhysicalPoint([d / s for d, s in zip(shift, old)])
    return sitk.GetArrayFromImage(sitk.Resample(
        image, size, sitk.Transform(), sitk.sitkBSpline, origin, new, image.GetDirection(), -1024.0))


def prepare_network():
    return UNet(1, 3, depth=5, padding=True, batch_norm=True, up_mode="upsample").eval()


def prepare_slices(hu):
    images, boxes = utils.preprocess(hu, [256, 256])
    images[images > 600] = 600
    return np.divide(images + 1024, 1624), boxes


def classify(net, images):
    classes = []
    with torch.inference_mode():
        for i in range(0, len(images), BATCH):
            scores = net(torch.as_tensor(images[i : i + BATCH, None], dtype=torch.float32))
            classes.append(torch.max(scores, 1)[1].numpy().astype(np.uint8))
    return np.concatenate(classes)


def drawn_classes(slices):
    """As drawnClasses() of lungs.ts."""
    z, y, x = np.ogrid[:slices, :256, :256]
    classes = np.zeros((slices, 256, 256), np.uint8)
    for label, column in ((1, 80), (2, 176)):
        inside = ((z - slices / 2) / (0.3 * slices)) ** 2 + ((y - 128) / 70) ** 2 + ((x - column) / 40) ** 2 < 1
        classes[inside] = label
    for k in range(20):
        slice_, row, column = k * 37 % slices, k * 89 % 250, k * 151 % 250
        classes[slice_, row : row + 3, column : column + 3] = 1 + k % 2
    return classes


def paint(classes, boxes, shape):
    return np.asarray([utils.reshape_mask(c, b, shape[1:]) for c, b in zip(classes, boxes)], np.uint8) > 0


def cut_out(hu, lungs):
    """Slices with more than 2 % lung and those between them, one box, 224 x 224, HU -1000 to 400 as 0 to 1."""
    passing = np.where(lungs.mean((1, 2)) > 0.02)[0]
    kept = slice(passing[0], passing[-1] + 1)
    rows, columns = (np.where(lungs[kept].any(axes))[0] for axes in ((0, 2), (0, 1)))
    cut = torch.from_numpy(hu[kept, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy())
    resized = torch.nn.functional.interpolate(cut[:, None], (224, 224), mode="bilinear", align_corners=False)
    return ((resized + 1000) / 1400).clamp(0, 1)


start = time.perf_counter()
image = timed("read", read)
hu = timed("orient and resample", lambda: orient_and_resample(image))
net = timed("prepare the network", prepare_network)
images, boxes = timed("find bodies, crop to 256 x 256", lambda: prepare_slices(hu))
timed("network", lambda: classify(net, images))
drawn = drawn_classes(len(images))
classes = timed("clean up", lambda: utils.postprocessing(drawn, disable_tqdm=True))
lungs = timed("masks back to the slices", lambda: paint(classes, boxes, hu.shape))
slices = timed("select, crop and resize", lambda: cut_out(hu, lungs))
finish({
    "name": f"PyTorch {torch.__version__}, lungmask, {BATCH} slices at a time",
    "shape": list(hu.shape),
    "kept": len(slices),
    "voxels": int(lungs.sum()),
    "stages": stages,
    "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
})
