"""Makes tests/fixtures/imaging.json: what SciPy, nibabel and pydicom make of small volumes and files.

SimpleITK has to agree with SciPy on resampling to 1e-3 HU, or the script stops.

Ran with numpy 2.4.6, scipy 1.17.1, nibabel 5.4.2, pydicom 3.0.2, SimpleITK 2.5.7, Python 3.11.
Usage: python tests/oracles/imaging.py
"""

import base64
import io
import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from scipy import ndimage

rng = np.random.default_rng(7)
AIR = -1024


def resampled(volume, old, new, interpolation):
    """Edge-aligned grid of ceil(n * old / new) voxels; volume is [slices, rows, columns]."""
    axes = [(np.arange(int(np.ceil(n * s / t - 1e-4))) + 0.5) * t / s - 0.5 for n, s, t in zip(volume.shape, old, new)]
    grid = np.meshgrid(*axes, indexing="ij")
    if interpolation == "bspline":
        values = ndimage.map_coordinates(volume, grid, order=3, mode="mirror")
    else:
        values = ndimage.map_coordinates(volume, grid, order=1, mode="nearest")
    inside = np.ones(values.shape, bool)
    for g, n in zip(grid, volume.shape):
        inside &= (g >= -0.5) & (g < n - 0.5)
    result = np.where(inside, values, AIR)
    assert np.abs(result - resampled_by_itk(volume, old, new, result.shape, interpolation)).max() < 1e-3
    return result


def resampled_by_itk(volume, old, new, shape, interpolation):
    image = sitk.GetImageFromArray(volume)
    image.SetSpacing(old[::-1])
    origin = [(t - s) / 2 for s, t in zip(old[::-1], new[::-1])]
    method = sitk.sitkBSpline if interpolation == "bspline" else sitk.sitkLinear
    return sitk.GetArrayFromImage(sitk.Resample(
        image, [int(n) for n in shape[::-1]], sitk.Transform(), method, origin, new[::-1], image.GetDirection(), AIR))


def resample_cases():
    cases = []
    for shape, old, new in [
        ((4, 9, 11), (3, 0.9, 0.9), (3, 1, 1)),
        ((5, 7, 6), (5, 0.7, 1.3), (3, 1, 1)),
        ((6, 5, 40), (1.25, 2, 0.977), (3, 1, 1)),
        ((1, 6, 2), (3, 1, 0.5), (3, 0.8, 0.4)),
        ((3, 2, 3), (3, 3, 3), (2, 3, 2)),
    ]:
        volume = rng.integers(-1024, 3071, shape).astype(float)
        for interpolation in ("bspline", "linear"):
            result = resampled(volume, old, new, interpolation)
            cases.append({
                "shape": shape, "spacing": old, "to": new, "interpolation": interpolation,
                "hu": volume.ravel().astype(int).tolist(), "newShape": result.shape,
                "expected": np.round(result.ravel(), 5).tolist(),
            })
    return cases


def resize_cases():
    """cv2.INTER_LINEAR and torch's align_corners=False, written out."""
    cases = []
    for (rows, columns), size in [((5, 3), 8), ((9, 12), 4), ((1, 2), 3), ((6, 6), 6)]:
        image = rng.integers(-1000, 1000, (rows, columns)).astype(float)

        def taps(length):
            x = np.maximum(0, (np.arange(size) + 0.5) * length / size - 0.5)
            low = np.minimum(np.floor(x).astype(int), length - 1)
            return low, np.minimum(low + 1, length - 1), x - np.floor(x)

        (y0, y1, v), (x0, x1, u) = taps(rows), taps(columns)
        upper = image[y0][:, x0] * (1 - u) + image[y0][:, x1] * u
        lower = image[y1][:, x0] * (1 - u) + image[y1][:, x1] * u
        result = upper * (1 - v)[:, None] + lower * v[:, None]
        cases.append({
            "shape": (rows, columns), "size": size, "image": image.ravel().astype(int).tolist(),
            "expected": np.round(result.ravel(), 5).tolist(),
        })
    return cases


def component_cases():
    cases = []
    for shape, density in [((1, 12, 17), 0.55), ((5, 9, 8), 0.4), ((4, 6, 70), 0.3), ((3, 5, 5), 0.9)]:
        mask = (rng.random(shape) < density).astype(np.uint8)
        labels, count = ndimage.label(mask)
        filled = np.stack([ndimage.binary_fill_holes(plane) for plane in mask])
        cases.append({
            "shape": shape, "mask": "".join(map(str, mask.ravel())), "labels": labels.ravel().tolist(),
            "sizes": np.bincount(labels.ravel())[1:].tolist(),
            "filled": "".join(map(str, filled.astype(int).ravel())),
        })
    return cases


def nifti_cases():
    affine = np.array([[-0.7, 0, 0.1, 10], [0, 0.8, 0, -20], [0.0233, 0, 3, 30], [0, 0, 0, 1.0]])
    oblique = nib.affines.from_matvec(
        np.array([[0.98, -0.199, 0], [0.199, 0.98, 0], [0, 0, 1]]) @ np.diag([0.7, 0.8, -2.5]), [5, 6, 7])
    cases = []

    def add(name, header_class, dtype, edit=None, slope=None, inter=None, matrix=oblique, endian="<", shape=(4, 3, 2)):
        header = header_class(endianness=endian)
        header.set_data_dtype(np.dtype(dtype).newbyteorder(endian))
        header.set_data_shape(shape)
        header.set_sform(matrix, 1)
        header.set_qform(matrix, 1)
        header["vox_offset"] = 352 if header_class is nib.Nifti1Header else 544
        if slope is not None:
            header["scl_slope"], header["scl_inter"] = slope, inter
        header["magic"] = b"n+1" if header_class is nib.Nifti1Header else header["magic"]
        if edit:
            edit(header)
        info = np.iinfo(dtype) if np.dtype(dtype).kind in "iu" else None
        low, high = (max(info.min, -2000), min(info.max, 3000)) if info else (-2000, 3000)
        stored = rng.integers(low, high, shape).astype(dtype)
        if not info:
            stored = stored + dtype(0.5)
        raw = header.binaryblock + b"\0\0\0\0" + stored.astype(stored.dtype.newbyteorder(endian)).tobytes(order="F")
        image_class = nib.Nifti1Image if header_class is nib.Nifti1Header else nib.Nifti2Image
        image = image_class.from_bytes(raw)
        cases.append({
            "name": name, "file": base64.b64encode(raw).decode(), "affine": image.affine.ravel().tolist(),
            "shape": image.shape[:3], "hu": image.get_fdata().ravel(order="F").tolist(),
        })

    one, two = nib.Nifti1Header, nib.Nifti2Header
    for dtype in (np.uint8, np.int8, np.int16, np.uint16, np.int32, np.uint32, np.float32, np.float64):
        add(f"NIfTI-1 {np.dtype(dtype).name}", one, dtype)
    add("uint16 with intercept, as dcm2niix stores Siemens", one, np.uint16, slope=1, inter=-1024)
    add("uint8 with a fractional slope", one, np.uint8, slope=2.208627, inter=-1000)
    add("slope 0 means none", one, np.int16, slope=0, inter=5)
    for dtype in (np.int16, np.float32, np.float64):
        add(f"big-endian {np.dtype(dtype).name}", one, dtype, endian=">")
    add("NIfTI-2", two, np.int16)
    add("NIfTI-2 big-endian", two, np.uint16, endian=">", slope=1, inter=-1024)

    def qform_only(header):
        header["sform_code"] = 0

    def qform_preferred(header):
        header.set_sform(affine, 1)
        header["qform_code"] = 3

    def neither(header):
        header["sform_code"] = header["qform_code"] = 0

    def long_quaternion(header):
        qform_only(header)
        header["quatern_b"], header["quatern_c"], header["quatern_d"] = 0, 1.0000001, 0

    add("qform only", one, np.int16, qform_only)
    add("qform only, NIfTI-2", two, np.int16, qform_only)
    add("sform wins over a higher qform code", one, np.int16, qform_preferred)
    add("neither form", one, np.int16, neither)
    add("quaternion a little longer than 1", one, np.int16, long_quaternion)
    add("fourth dimension of 1", one, np.int16, shape=(4, 3, 2, 1))
    return cases


def dicom_cases():
    cases = []

    def add(name, syntax, stored, signed, slope="1", intercept="-1024", bits=16, high=None):
        dataset = FileDataset(None, {}, preamble=b"\0" * 128, file_meta=FileMetaDataset())
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3"
        dataset.SOPClassUID = CTImageStorage
        dataset.Modality = "CT"
        dataset.SeriesInstanceUID = "1.2.4"
        dataset.ImagePositionPatient = ["-10.5", " 20.25 ", "-30"]
        dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        dataset.PixelSpacing = ["0.9770", "0.9770"]
        dataset.SliceThickness = "3.00000"
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
        dataset.Rows, dataset.Columns = stored.shape
        dataset.BitsAllocated, dataset.BitsStored = 16, bits
        dataset.HighBit = bits - 1 if high is None else high
        dataset.PixelRepresentation = int(signed)
        dataset.RescaleSlope, dataset.RescaleIntercept = slope, intercept
        dataset.PixelData = stored.tobytes()
        buffer = io.BytesIO()
        dataset.save_as(buffer, enforce_file_format=True)
        again = pydicom.dcmread(io.BytesIO(buffer.getvalue()))
        hu = again.pixel_array * float(again.RescaleSlope) + float(again.RescaleIntercept)
        cases.append({
            "name": name, "file": base64.b64encode(buffer.getvalue()).decode(),
            "shape": again.pixel_array.shape, "hu": hu.ravel().tolist(),
        })

    unsigned = rng.integers(0, 4095, (3, 4)).astype(np.uint16)
    signed = rng.integers(-1024, 3071, (3, 4)).astype(np.int16)
    add("explicit, unsigned, intercept -1024 (Siemens)", ExplicitVRLittleEndian, unsigned, False)
    add("implicit, signed, intercept 0 (XiO)", ImplicitVRLittleEndian, signed, True, intercept="0")
    add("fractional slope", ExplicitVRLittleEndian, unsigned, False, slope="0.5", intercept="-999.75")
    add("unsigned beyond int16", ExplicitVRLittleEndian, unsigned + np.uint16(60000), False)
    # pydicom extends the sign from BitsStored, so the bits above may hold anything.
    twelve = (rng.integers(-2048, 2047, (3, 4)).astype(np.int16) & 0x0FFF).astype(np.uint16)
    add("signed, 12 bits stored", ExplicitVRLittleEndian, twelve, True, bits=12, intercept="0")
    return cases


fixture = {
    "versions": {"numpy": np.__version__, "scipy": "1.17.1", "SimpleITK": sitk.Version().VersionString(), "nibabel": nib.__version__, "pydicom": pydicom.__version__},
    "resample": resample_cases(),
    "resize": resize_cases(),
    "components": component_cases(),
    "nifti": nifti_cases(),
    "dicom": dicom_cases(),
}
path = Path(__file__).parent.parent / "fixtures" / "imaging.json"
path.write_text(json.dumps(fixture) + "\n")
print(path.stat().st_size, "bytes")
