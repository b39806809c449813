"""Makes tests/fixtures/segmentations.json: a small CT, SEG and RTSTRUCT files drawn on it, and the masks they mean.

SEG by highdicom; RTSTRUCT by pydicom, filled by scikit-image and by matplotlib, which have to agree (no voxel centre lies
on a contour). Masks are base64 of [slices, rows, columns] bits, most significant first, slices from feet to head.

Ran with pydicom 3.0.2, highdicom 0.28.2, scikit-image 0.26.0, matplotlib 3.11.2, numpy 2.4.6.
Usage: python tests/oracles/segmentations.py
"""

import base64
import io
import json
from pathlib import Path

import highdicom as hd
import numpy as np
from matplotlib.path import Path as Polygon
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes
from pydicom.uid import (
    CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless, RTStructureSetStorage)
from skimage.measure import points_in_poly

rng = np.random.default_rng(3)
SLICES, ROWS, COLUMNS = 6, 18, 21
# A table that is not straight: every axis has a share in every coordinate. Columns, rows, slices; mm.
ANGLE = 0.1
DIRECTIONS = np.array([[np.cos(ANGLE), np.sin(ANGLE), 0], [-np.sin(ANGLE), np.cos(ANGLE), 0], [0, 0, 1.0]])
SPACING = np.array([0.8, 0.7, 3.0])
ORIGIN = np.array([-7.5, 4.25, -100])
FRAME = "1.2.826.0.1.3680043.8.498.1"


def file_of(dataset):
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return base64.b64encode(buffer.getvalue()).decode()


def bits(mask):
    return base64.b64encode(np.packbits(mask.astype(bool).ravel()).tobytes()).decode()


def described(dataset, sop_class, uid, syntax):
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = sop_class
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = uid
    dataset.StudyInstanceUID, dataset.FrameOfReferenceUID, dataset.PatientID = "1.2.3", FRAME, "X-1"
    dataset.PatientName, dataset.PatientBirthDate, dataset.PatientSex, dataset.StudyDate = "X", "", "", "20200101"
    dataset.StudyTime, dataset.AccessionNumber, dataset.StudyID, dataset.ReferringPhysicianName = "", "", "", ""
    return dataset


def ct_slice(slice_):
    dataset = described(FileDataset(None, {}, preamble=b"\0" * 128), CTImageStorage, f"1.2.3.4.{slice_ + 1}",
                        ExplicitVRLittleEndian)
    dataset.SeriesInstanceUID, dataset.Modality, dataset.InstanceNumber = "1.2.3.4", "CT", slice_ + 1
    dataset.ImagePositionPatient = [round(x, 6) for x in ORIGIN + slice_ * SPACING[2] * DIRECTIONS[2]]
    dataset.ImageOrientationPatient = [round(x, 9) for x in DIRECTIONS[:2].ravel()]
    dataset.PixelSpacing, dataset.SliceThickness = [SPACING[1], SPACING[0]], SPACING[2]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = ROWS, COLUMNS
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    dataset.RescaleIntercept, dataset.RescaleSlope = 0, 1
    dataset.PixelData = np.full((ROWS, COLUMNS), -1000, "<i2").tobytes()
    return dataset


CT = [ct_slice(slice_) for slice_ in range(SLICES)]


def segments():
    """Two blobs and one that fills nothing in the first slice; odd sizes, so that frames do not end on bytes."""
    slice_, row, column = np.mgrid[:SLICES, :ROWS, :COLUMNS]
    tumour = np.hypot(np.hypot(row - 7.3, column - 12.1), 2 * (slice_ - 3)) < 4.2
    lung = (np.hypot(row - 9, column - 5) < 5) & (slice_ > 0)
    return np.stack([tumour, lung], axis=-1)


def description(number, label):
    return hd.seg.SegmentDescription(
        number, label, codes.SCT.MorphologicallyAbnormalStructure, codes.SCT.Neoplasm,
        hd.seg.SegmentAlgorithmTypeValues.MANUAL)


def seg(pixels, kind, source=CT, **options):
    return hd.seg.Segmentation(
        source, pixels, kind, [description(1, "GTV-1"), description(2, "Lung-Left")], "1.2.3.5", 1, "1.2.3.5.1", 1,
        "ctsurv", "oracle", "1", "1", **options)


def seg_cases():
    masks = segments()
    binary, fractional = hd.seg.SegmentationTypeValues.BINARY, hd.seg.SegmentationTypeValues.FRACTIONAL
    as_label = masks.astype(np.uint8)
    # LUNG1's have the names in the description, and the kind in the label.
    renamed = seg(as_label[::-1], binary, CT[::-1], omit_empty_frames=False)
    for item, name in zip(renamed.SegmentSequence, ["GTV-1", "Lung-Left"]):
        item.SegmentLabel, item.SegmentDescription = "Tissue", name
    share = np.clip(rng.random(masks.shape) * 0.4 + np.where(masks, 0.52, 0.02), 0, 1).astype(np.float32)
    share[~masks & (rng.random(masks.shape) < 0.7)] = 0
    yield "binary, empty frames left out", seg(as_label, binary), masks
    yield "binary, from head to feet, names as in LUNG1", renamed, masks
    yield "fractional", seg(share, fractional, max_fractional_value=200), masks
    yield "fractional, RLE", seg(share, fractional, max_fractional_value=255, transfer_syntax_uid=RLELossless), masks


def world(points, slice_):
    """(column, row) in voxels -> mm."""
    return ORIGIN + (points[:, :1] * SPACING[0] * DIRECTIONS[0] + points[:, 1:] * SPACING[1] * DIRECTIONS[1]
                     + slice_ * SPACING[2] * DIRECTIONS[2])


def star(center, radius, count):
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    reach = radius * (0.6 + 0.4 * rng.random(count))
    return np.array(center) + np.stack([reach * np.cos(angle), reach * np.sin(angle)], 1)


def ring(outer, inner):
    """An outer and an inner polygon as one contour, joined by a channel of no width."""
    return np.concatenate([outer, outer[:1], inner[::-1], inner[-1:]])


def filled(polygons):
    row, column = np.mgrid[:ROWS, :COLUMNS]
    centres = np.stack([column.ravel(), row.ravel()], 1).astype(float)
    inside = np.zeros(len(centres), int)
    for polygon in polygons:
        one = points_in_poly(centres, polygon).astype(int)
        assert (one == Polygon(np.concatenate([polygon, polygon[:1]])).contains_points(centres)).all()
        inside += one
    return (inside % 2).reshape(ROWS, COLUMNS)


def rt_struct(regions, syntax, **overrides):
    dataset = described(FileDataset(None, {}, preamble=b"\0" * 128), RTStructureSetStorage, "1.2.3.6.1", syntax)
    dataset.Modality, dataset.SeriesInstanceUID, dataset.StructureSetLabel = "RTSTRUCT", "1.2.3.6", "RTstruct"
    dataset.StructureSetROISequence, dataset.ROIContourSequence = Sequence(), Sequence()
    for number, (name, contours) in enumerate(regions.items(), 1):
        region, drawn = Dataset(), Dataset()
        region.ROINumber, region.ROIName, region.ReferencedFrameOfReferenceUID = number, name, FRAME
        drawn.ReferencedROINumber, drawn.ContourSequence = number, Sequence()
        for slice_, polygon in contours:
            contour = Dataset()
            contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", len(polygon)
            contour.ContourData = [f"{x:.4f}" for x in world(polygon, slice_).ravel()]
            drawn.ContourSequence.append(contour)
        dataset.StructureSetROISequence.append(region)
        dataset.ROIContourSequence.append(drawn)
    return dataset


def rt_cases():
    regions = {
        "GTV-1": [(slice_, star((12.2, 8.1), 7, 9 + slice_)) for slice_ in (3, 1, 2)],
        # A hole, and another contour beside it.
        "lungs": [(1, star((9.1, 9.2), 8, 17)), (1, star((9.3, 9.4), 3, 8)), (4, star((5.1, 4.2), 3, 6)),
                  (4, star((15.1, 12.2), 3.5, 7))],
        "keyhole": [(2, ring(star((10.1, 9.2), 8, 12), star((10.3, 9.1), 3, 7)))],
    }
    for name, contours in regions.items():
        mask = np.zeros((SLICES, ROWS, COLUMNS), int)
        for slice_ in {slice_ for slice_, _ in contours}:
            mask[slice_] = filled([polygon for at, polygon in contours if at == slice_])
        yield name, mask, regions


cases = []
for name, dataset, masks in seg_cases():
    cases.append({"name": f"SEG, {name}", "file": file_of(dataset), "structures": {
        structure: bits(masks[..., i]) for i, structure in enumerate(["GTV-1", "Lung-Left"])}})
drawn = list(rt_cases())
for syntax, name in [(ExplicitVRLittleEndian, "explicit"), (ImplicitVRLittleEndian, "implicit")]:
    cases.append({"name": f"RTSTRUCT, {name}", "file": file_of(rt_struct(drawn[0][2], syntax)), "structures": {
        structure: bits(mask) for structure, mask, _ in drawn}})
fixture = {"shape": [SLICES, ROWS, COLUMNS], "ct": [file_of(dataset) for dataset in CT], "cases": cases}
path = Path(__file__).parent.parent / "fixtures" / "segmentations.json"
path.write_text(json.dumps(fixture, indent=1) + "\n")
print(path.stat().st_size, "bytes")
