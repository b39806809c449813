"""A SEG and an RTSTRUCT that say which CT series they were drawn on, for tests/imaging/dicom/scan_dicom_test.ts and
tests/cohort/import/: by highdicom (as dcmqi's, the reference stands early) and pydicom (behind 134 image references).

Ran with Python 3.11, pydicom 3.0.2, highdicom 0.28.2:

    python tests/oracles/segmentation_references.py > tests/fixtures/segmentation_references.json
"""

import base64
import gzip
import io
import json

import highdicom as hd
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RTStructureSetStorage

PATIENT = "LUNG1-001"
STUDY = "1.2.826.0.1.3680043.8.498.1"
CT = "1.2.826.0.1.3680043.8.498.2"
FRAME = "1.2.826.0.1.3680043.8.498.3"
SLICES = 134


def ct_slice(i):
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, f"{CT}.{i + 1}"
    ds.PatientID, ds.PatientName, ds.PatientBirthDate, ds.PatientSex = PATIENT, PATIENT, "", "M"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = STUDY, CT, FRAME
    ds.StudyDate, ds.StudyTime, ds.StudyID, ds.AccessionNumber, ds.ReferringPhysicianName = "20080101", "", "", "", ""
    ds.Modality, ds.Rows, ds.Columns = "CT", 4, 5
    ds.PixelSpacing, ds.SliceThickness = [0.8, 0.7], 3
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [-10, -20, 3 * i], [1, 0, 0, 0, 1, 0]
    ds.SamplesPerPixel, ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 1, 16, 16, 15, 0
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return ds


def segmentation():
    code = hd.sr.CodedConcept("86049000", "SCT", "Neoplasm, Primary")
    tissue = hd.sr.CodedConcept("49755003", "SCT", "Morphologically Altered Structure")
    segment = hd.seg.SegmentDescription(
        segment_number=1, segment_label="GTV-1", segmented_property_category=tissue, segmented_property_type=code,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
    )
    mask = np.zeros((SLICES, 4, 5), np.uint8)
    mask[40:60, 1:3, 1:3] = 1
    return hd.seg.Segmentation(
        source_images=[ct_slice(i) for i in range(SLICES)], pixel_array=mask,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY, segment_descriptions=[segment],
        series_instance_uid="1.2.826.0.1.3680043.8.498.4", series_number=300,
        sop_instance_uid="1.2.826.0.1.3680043.8.498.4.1", instance_number=1, manufacturer="QIICR",
        manufacturer_model_name="test", software_versions="1", device_serial_number="1",
        series_description="Segmentation",
    )


def structures():
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = RTStructureSetStorage, "1.2.826.0.1.3680043.8.498.5.1"
    ds.Modality, ds.Manufacturer, ds.PatientID = "RTSTRUCT", "Varian Medical Systems", PATIENT
    ds.StudyInstanceUID, ds.SeriesInstanceUID = STUDY, "1.2.826.0.1.3680043.8.498.5"
    ds.StructureSetLabel = "GTV"
    images = Sequence()
    for i in range(SLICES):
        image = Dataset()
        image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = CTImageStorage, f"{CT}.{i + 1}"
        images.append(image)
    series = Dataset()
    series.SeriesInstanceUID, series.ContourImageSequence = CT, images
    study = Dataset()
    study.ReferencedSOPClassUID, study.ReferencedSOPInstanceUID = "1.2.840.10008.3.1.2.3.1", STUDY
    study.RTReferencedSeriesSequence = Sequence([series])
    frame = Dataset()
    frame.FrameOfReferenceUID, frame.RTReferencedStudySequence = FRAME, Sequence([study])
    ds.ReferencedFrameOfReferenceSequence = Sequence([frame])
    roi = Dataset()
    roi.ROINumber, roi.ROIName, roi.ReferencedFrameOfReferenceUID = 1, "GTV-1", FRAME
    ds.StructureSetROISequence = Sequence([roi])
    contours = Sequence()
    for i in range(40, 60):
        contour = Dataset()
        contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", 100
        contour.ContourData = [round(v, 2) for k in range(100) for v in (np.cos(k), np.sin(k), 3.0 * i)]
        contours.append(contour)
    outlines = Dataset()
    outlines.ReferencedROINumber, outlines.ContourSequence = 1, contours
    ds.ROIContourSequence = Sequence([outlines])
    return ds


def encode(ds, syntax, undefined_length=False):
    if undefined_length:
        def visit(dataset, element):
            if element.VR == "SQ":
                element.is_undefined_length = True
                for item in element.value:
                    item.is_undefined_length_sequence_item = True
        ds.walk(visit)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    file = io.BytesIO()
    pydicom.dcmwrite(file, ds, enforce_file_format=True)
    return base64.b64encode(gzip.compress(file.getvalue(), 9, mtime=0)).decode()


print(json.dumps({
    "patient": PATIENT,
    "ct": CT,
    "files": {
        "SEG, explicit": encode(segmentation(), ExplicitVRLittleEndian),
        "SEG, implicit": encode(segmentation(), ImplicitVRLittleEndian),
        "RTSTRUCT, implicit": encode(structures(), ImplicitVRLittleEndian),
        "RTSTRUCT, explicit, undefined lengths": encode(structures(), ExplicitVRLittleEndian, True),
    },
}, indent=1))
