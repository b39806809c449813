"""Makes tests/fixtures/dicom_codecs.json: one small CT slice in many transfer syntaxes, and its HU as pydicom reads them.

Encoded by pydicom with its plug-ins, and by GDCM, which leaves the basic offset table empty and gives JPEG 2000 of
12 stored bits a codestream of 16.

Ran with pydicom 3.0.2, pylibjpeg 2.1.0 (openjpeg 2.6.0, libjpeg 2.5.0), pyjpegls 1.5.1, python-gdcm 3.2.6, numpy 2.4.6.
Usage: python tests/oracles/dicom_codecs.py
       python tests/oracles/dicom_codecs.py FOLDER    prints sum and SHA-256 of a series, for real_ct_test.ts
"""

import base64
import hashlib
import io
import json
import sys
import tempfile
from pathlib import Path

import gdcm
import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    CTImageStorage, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, JPEG2000,
    JPEG2000Lossless, JPEGLossless, JPEGLSLossless, JPEGLSNearLossless, RLELossless)

rng = np.random.default_rng(1)


def slice_of(bits, signed, shape=(40, 36)):
    """A disc in noise above, flat below (to stay small), with both ends of the range."""
    row, column = np.mgrid[:shape[0], :shape[1]]
    level = (np.hypot(row - 11, column - 9) < 8) * 0.25 + 0.3 + np.where(row < 16, rng.normal(0, 0.02, shape), 0)
    stored = np.round(np.clip(level, 0, 1) * (2**bits - 1)).astype(int)
    stored[0, 0], stored[0, 1] = 2**bits - 1, 0
    stored -= 2 ** (bits - 1) if signed else 0
    dataset = FileDataset(None, {}, preamble=b"\0" * 128, file_meta=FileMetaDataset())
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.Modality = "1.2.5", "1.2.4", "CT"
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [0, 0, 0], [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.SliceThickness = ["0.9", "0.9"], "3"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, bits, bits - 1
    dataset.PixelRepresentation = int(signed)
    dataset.RescaleSlope, dataset.RescaleIntercept = "1", "0" if signed else "-1024"
    dataset.PixelData = stored.astype("<i2" if signed else "<u2").tobytes()
    dataset["PixelData"].VR = "OW"
    return dataset


def by_pydicom(syntax, **options):
    def encode(dataset):
        dataset.compress(syntax, **options)
        return dataset
    return encode


def by_gdcm(syntax):
    def encode(dataset):
        with tempfile.NamedTemporaryFile() as file:
            dataset.save_as(file.name, enforce_file_format=True)
            reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
            reader.SetFileName(file.name)
            assert reader.Read()
            change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
            change.SetInput(reader.GetImage())
            assert change.Change()
            writer.SetFile(reader.GetFile())
            writer.SetImage(change.GetOutput())
            writer.SetFileName(file.name)
            assert writer.Write()
            return pydicom.dcmread(io.BytesIO(Path(file.name).read_bytes()))
    return encode


def in_fragments(dataset):
    dataset.compress(JPEG2000Lossless)
    frame = pydicom.encaps.get_frame(dataset.PixelData, 0, number_of_frames=1)
    dataset.PixelData = encapsulate([frame], fragments_per_frame=4, has_bot=False)
    return dataset


def unsigned_stream(dataset):
    """Signed pixels in an unsigned codestream of fewer bits than BitsStored, as some archives make them."""
    dataset.PixelData = (np.frombuffer(dataset.PixelData, "<i2") & 0xFFF).astype("<u2").tobytes()
    dataset.PixelRepresentation = 0
    dataset.compress(JPEG2000Lossless)
    dataset.PixelRepresentation, dataset.BitsStored, dataset.HighBit = 1, 16, 15
    return dataset


def jpeg_lossless(predictor, transform=0, restart_rows=0):
    """Process 14 with any predictor, which none of the packages writes (T.81 annex H); pydicom has to read it back."""
    def encode(dataset):
        rows, columns, bits = dataset.Rows, dataset.Columns, dataset.BitsStored
        samples = dataset.pixel_array.astype(int) >> transform
        scan, segment = b"", ""
        for row in range(rows):
            is_first = row % restart_rows == 0 if restart_rows else row == 0
            if is_first and row:
                scan += packed(segment) + bytes([0xFF, 0xD0 + (row // restart_rows - 1) % 8])
                segment = ""
            for column in range(columns):
                left, above, diagonal = samples[row, column - 1], samples[row - 1, column], samples[row - 1, column - 1]
                if column == 0:
                    guess = 2 ** (bits - transform - 1) if is_first else above
                else:
                    guess = left if is_first else [
                        left, above, diagonal, left + above - diagonal, left + ((above - diagonal) >> 1),
                        above + ((left - diagonal) >> 1), (left + above) >> 1][predictor - 1]
                difference = int(samples[row, column] - guess + 32767) % 65536 - 32767
                size = abs(difference).bit_length() if difference != 32768 else 16
                segment += f"{size:05b}"
                if 0 < size < 16:
                    segment += f"{difference if difference > 0 else difference + 2**size - 1:0{size}b}"
        scan += packed(segment)
        tables = b"\xff\xc4" + (2 + 17 + 17).to_bytes(2, "big") + b"\0" + bytes([0] * 4 + [17] + [0] * 11) + bytes(range(17))
        interval = b"\xff\xdd\0\4" + (restart_rows * columns).to_bytes(2, "big") if restart_rows else b""
        frame = b"\xff\xc3\0\x0b" + bytes([bits]) + rows.to_bytes(2, "big") + columns.to_bytes(2, "big") + b"\1\1\x11\0"
        start = b"\xff\xda\0\x08\1\1\0" + bytes([predictor, 0, transform])
        stream = b"\xff\xd8" + frame + tables + interval + start + scan + b"\xff\xd9"
        dataset.PixelData = encapsulate([stream], has_bot=False)
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
        dataset.file_meta.TransferSyntaxUID = JPEGLossless
        return dataset
    return encode


def packed(bits):
    """Bits as bytes, filled up with ones, each 255 followed by a 0."""
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")


def deflated(dataset):
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    return dataset


def big_endian(dataset):
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    return dataset


def case(name, bits, signed, encode, **options):
    dataset = encode(slice_of(bits, signed, **options))
    buffer = io.BytesIO()
    if dataset.file_meta.TransferSyntaxUID == ExplicitVRBigEndian:
        dataset = FileDataset(None, dataset, preamble=dataset.preamble, file_meta=dataset.file_meta)
        pydicom.dcmwrite(buffer, dataset, implicit_vr=False, little_endian=False, enforce_file_format=True)
    else:
        dataset.save_as(buffer, enforce_file_format=True)
    again = pydicom.dcmread(io.BytesIO(buffer.getvalue()))
    hu = hounsfield(again)
    return {
        "name": name, "syntax": str(again.file_meta.TransferSyntaxUID), "file": base64.b64encode(buffer.getvalue()).decode(),
        "sum": int(hu.sum()), "sha256": hashlib.sha256(hu.astype("<i4").tobytes()).hexdigest(),
    }


def hounsfield(dataset):
    return dataset.pixel_array.astype(np.int64) * int(dataset.RescaleSlope) + int(dataset.RescaleIntercept)


if len(sys.argv) > 1:
    files = [pydicom.dcmread(path) for path in Path(sys.argv[1]).glob("CT*")]
    volume = np.stack([hounsfield(file) for file in sorted(files, key=lambda file: float(file.ImagePositionPatient[2]))])
    hashes = [hashlib.sha256(plane.astype("<i2").tobytes()).hexdigest()[:8] for plane in volume]
    print(volume.shape, volume.min(), volume.max(), volume.sum(), hashes)
    sys.exit()

gd = gdcm.TransferSyntax
fixture = [
    case("RLE, 12 bits unsigned", 12, False, by_pydicom(RLELossless)),
    case("RLE by GDCM, 16 bits signed", 16, True, by_gdcm(gd.RLELossless)),
    case("JPEG 2000, 12 bits unsigned", 12, False, by_pydicom(JPEG2000Lossless)),
    case("JPEG 2000, 16 bits signed", 16, True, by_pydicom(JPEG2000Lossless)),
    case("JPEG 2000 by GDCM, 12 bits signed", 12, True, by_gdcm(gd.JPEG2000Lossless)),
    case("JPEG 2000 in four fragments", 12, False, in_fragments),
    case("JPEG 2000 with loss", 12, True, by_pydicom(JPEG2000, j2k_cr=[4])),
    case("JPEG 2000, signed but for its codestream", 12, True, unsigned_stream),
    case("JPEG-LS, 12 bits signed", 12, True, by_pydicom(JPEGLSLossless)),
    case("JPEG-LS by GDCM, 16 bits unsigned", 16, False, by_gdcm(gd.JPEGLSLossless)),
    case("JPEG-LS with loss", 12, False, by_pydicom(JPEGLSNearLossless, jls_error=2)),
    case("JPEG Lossless SV1, 12 bits unsigned", 12, False, by_gdcm(gd.JPEGLosslessProcess14_1)),
    case("JPEG Lossless, 16 bits signed", 16, True, by_gdcm(gd.JPEGLosslessProcess14)),
    *[case(f"JPEG Lossless, predictor {i}", 12 + i % 5, False, jpeg_lossless(i), shape=(13, 11)) for i in range(1, 8)],
    case("JPEG Lossless, restarts", 12, False, jpeg_lossless(4, restart_rows=3), shape=(13, 11)),
    case("JPEG Lossless, point transform", 12, False, jpeg_lossless(7, transform=2), shape=(13, 11)),
    case("deflated", 12, True, deflated),
    case("big-endian", 12, False, big_endian),
]
path = Path(__file__).parent.parent / "fixtures" / "dicom_codecs.json"
path.write_text(json.dumps(fixture, indent=1) + "\n")
print(path.stat().st_size, "bytes")
