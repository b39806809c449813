"""Runs an exported model in Python and compares it with `ctsurv predict` on the same slices.

    deno task ctsurv export --model M.safetensors --onnx M.onnx --slices M.npy --input SCAN
    deno task ctsurv predict --model M.safetensors --input SCAN --json > M.json
    python tests/oracles/exported_model.py M.onnx M.npy M.json

It fails unless the file passes ONNX's checker with shape inference, its curve and its attention are those of `predict`
to 1e-6, one slice and twice the slices run too, and twice the same slices give the same curve with average and soft
attention. Ran with onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6.
"""

import json
import sys

import numpy as np
import onnx
import onnxruntime

model_path, slices_path, prediction_path = sys.argv[1:]
hu = np.load(slices_path)
with open(prediction_path) as file:
    prediction = json.load(file)
expected = np.array([row["probability"] for row in prediction["survival"]])
expected_attention = np.array([row["weight"] for row in prediction["attention"]])

model = onnx.load(model_path)
onnx.checker.check_model(model, full_check=True)
(value,) = model.graph.input
dims = [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]
assert (value.name, dims) == ("hu", ["slices", 224, 224]), (value.name, dims)
outputs = {
    one.name: [dim.dim_param or dim.dim_value for dim in one.type.tensor_type.shape.dim] for one in model.graph.output
}
assert outputs == {"survival": [25], "attention": ["slices"]}, outputs
metadata = {entry.key: entry.value for entry in model.metadata_props}
for key in ["cohort", "weights_sha256", "weights_licence", "protocol", "months", "not_in_graph", "ctsurv_version"]:
    assert metadata.get(key), key

session = onnxruntime.InferenceSession(model_path, providers=["CPUExecutionProvider"])
survival, attention = session.run(["survival", "attention"], {"hu": hu})
curve, weights = np.abs(survival - expected).max(), np.abs(attention - expected_attention).max()
print(f"{len(hu)} slices: curves differ by {curve:.1e} at most, attention by {weights:.1e}")
assert curve < 1e-6 and weights < 1e-6

one, alone = session.run(None, {"hu": hu[:1]})
assert one.shape == (25,) and abs(alone.sum() - 1) < 1e-6
twice, both = session.run(None, {"hu": np.concatenate([hu, hu])})
assert both.shape == (2 * len(hu),) and abs(both.sum() - 1) < 1e-6
if metadata["aggregation"] != "self-attention":
    assert np.abs(twice - survival).max() < 1e-5
print("one slice and twice the slices run too; metadata:", *metadata, sep="\n  ")
