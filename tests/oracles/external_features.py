"""Writes tests/fixtures/external_features: files of features as NumPy and safetensors save them.

The numbers are k / 8 - 1 for k = 0, 1, 2, …, which every type holds exactly.

Ran with Python 3.11.7, numpy 2.4.6, safetensors 0.8.0.
Usage: python external_features.py ../fixtures/external_features
"""

import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

folder = Path(sys.argv[1])
folder.mkdir(exist_ok=True)
features = (np.arange(12).reshape(3, 4) / 8 - 1).astype("<f4")
np.save(folder / "float32.npy", features)
np.save(folder / "float16.npy", features.astype("<f2"))
np.save(folder / "float64.npy", features.astype("<f8"))
np.save(folder / "big_endian.npy", features.astype(">f4"))
np.save(folder / "vector.npy", features[0])
np.save(folder / "fortran.npy", np.asfortranarray(features))
np.save(folder / "integers.npy", np.arange(12).reshape(3, 4))
np.save(folder / "cube.npy", features.reshape(3, 2, 2))
save_file({"features": features}, folder / "float32.safetensors")
save_file({"features": features.astype("<f2"), "names": np.arange(3)}, folder / "float16.safetensors")
save_file({"a": features, "b": features}, folder / "two.safetensors")
