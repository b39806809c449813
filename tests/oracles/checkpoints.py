"""Checkpoints by PyTorch 2.13 for tests/weights: small ones in tests/fixtures/checkpoints/torch2, or full-size ones.

    python tests/oracles/checkpoints.py                 # writes the fixtures
    python tests/oracles/checkpoints.py full DIR        # writes DIR/<network>.{zip,legacy}.pth, .safetensors, .json
    python tests/oracles/checkpoints.py check DIR       # compares them with what "ctsurv inspect --json" says

Ran with Python 3.11, torch 2.13.0, numpy 2.4.6, safetensors 0.8.0. The older samples beside torch2/ are by torch 1.13.
"""

import json
import resource
import subprocess
import sys
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch

here = Path(__file__).parent.parent / "fixtures"


def as_json(tensor):
    values = [str(v) if isinstance(v, int) and abs(v) > 2**53 else v for v in tensor.flatten().tolist()]
    return {"dtype": str(tensor.dtype).removeprefix("torch."), "shape": list(tensor.shape), "values": values}


def small():
    base = torch.arange(12.0)
    return OrderedDict(
        {
            "a.weight": torch.tensor([[0.5, -1.25, 3.0], [1e-20, -0.0, 1e30]]),
            "a.bias": torch.tensor([0.1, 0.2], dtype=torch.float64),
            "half": torch.tensor([1.0, 65504.0, 5.9604645e-08], dtype=torch.float16),
            "brain": torch.tensor([1.5, -3.140625, 3e38], dtype=torch.bfloat16),
            "bn.num_batches_tracked": torch.tensor(9007199254740993),
            "transposed": base.reshape(3, 4).T,
            "expanded": torch.tensor([7.0]).expand(2, 3),
            "channels_last": base.reshape(1, 2, 2, 3).contiguous(memory_format=torch.channels_last),
            "empty": torch.empty(0, 3),
        }
    )


def swap_storages(path, state, target):
    """The same archive as a big-endian machine would write it: torch has no other way to make one here."""
    from zipfile import ZipFile

    sizes = {}
    seen = []
    for tensor in state.values():
        key = tensor.untyped_storage().data_ptr() or id(tensor)
        if key not in seen:
            seen.append(key)
            sizes[f"data/{len(seen) - 1}"] = tensor.element_size()
    with ZipFile(path) as source, ZipFile(target, "w") as out:
        for name in source.namelist():
            data = source.read(name)
            record = name.split("/", 1)[1]
            if record == "byteorder":
                data = b"big"
            elif record in sizes:
                data = np.frombuffer(data, f"u{sizes[record]}").byteswap().tobytes()
            out.writestr(name, data)


def write_fixtures():
    folder = here / "checkpoints" / "torch2"
    (folder / "good").mkdir(parents=True, exist_ok=True)
    state = small()
    tensors = {name: as_json(tensor) for name, tensor in state.items()}
    good = {}
    torch.save(state, folder / "good/zip.pth")
    good["good/zip.pth"] = tensors
    torch.save(state, folder / "good/legacy.pth", _use_new_zipfile_serialization=False)
    good["good/legacy.pth"] = tensors
    swap_storages(folder / "good/zip.pth", state, folder / "good/big_endian.pth")
    good["good/big_endian.pth"] = tensors
    training = {"epoch": 3, "state_dict": state, "optimizer": {"state": {0: {"step": torch.tensor(2.0)}}, "lr": [0.1]}}
    torch.save(training, folder / "good/nested.pth")
    nested = {f"state_dict.{name}": tensor for name, tensor in tensors.items()}
    good["good/nested.pth"] = nested | {"optimizer.state.0.step": as_json(torch.tensor(2.0))}
    torch.serialization.set_crc32_options(False)
    torch.save(state, folder / "good/no_crc.pth")
    torch.serialization.set_crc32_options(True)
    good["good/no_crc.pth"] = tensors
    module = torch.nn.Linear(2, 1)
    torch.save(module, folder / "whole_module.pth")
    torch.save(module, folder / "whole_module_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(state, folder / "protocol_4.pth", pickle_protocol=4)
    bad = {
        "whole_module.pth": "a module with its class",
        "whole_module_legacy.pth": "a module with its class and source",
        "protocol_4.pth": "a pickle of protocol 4",
    }
    content = {
        "good": {name: {"content": content} for name, content in good.items()},
        "bad": {name: {"why": why} for name, why in bad.items()},
    }
    (folder / "expected.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")


def write_full(folder):
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(7)
    for name, shapes in json.loads((here / "state_dicts.json").read_text()).items():
        state = OrderedDict(
            (key, torch.randn(shape, generator=generator) if shape else torch.tensor(7)) for key, shape in shapes
        )
        sums = {key: float(tensor.double().sum()) for key, tensor in state.items()}
        (folder / f"{name}.json").write_text(json.dumps(sums))
        torch.save(state, folder / f"{name}.zip.pth")
        torch.save(state, folder / f"{name}.legacy.pth", _use_new_zipfile_serialization=False)
        save_file(state, folder / f"{name}.safetensors")


def check_full(folder):
    for sums_path in sorted(folder.glob("*.json"), key=lambda path: path.with_suffix(".zip.pth").stat().st_size):
        sums = json.loads(sums_path.read_text())
        for ending in ("zip.pth", "legacy.pth", "safetensors"):
            path = sums_path.with_suffix(f".{ending}")
            started = time.monotonic()
            command = ["deno", "run", "-A", "lib/cli/main.ts", "inspect", str(path), "--json"]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            assert {tensor["name"] for tensor in found["tensors"]} == set(sums), path
            for tensor in found["tensors"]:
                # Sums of the same float64 numbers in another order.
                assert abs(tensor["sum"] - sums[tensor["name"]]) <= 1e-6, (path, tensor)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
            took = time.monotonic() - started
            print(f"{path.name}: {found['kind']}, {len(sums)} tensors, {took:.1f} s, peak so far {peak} MiB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["full"]:
        write_full(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["check"]:
        check_full(Path(sys.argv[2]))
    else:
        write_fixtures()
