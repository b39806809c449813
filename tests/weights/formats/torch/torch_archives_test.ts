import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import stateDicts from "../../../fixtures/state_dicts.json" with { type: "json" };
import { InputError, sizeOf } from "@ctsurv/base/mod.ts";
import { addWeights, findPretrained, isCheckpoint, openCheckpoint, verifyWeights } from "@ctsurv/weights/mod.ts";
import { inFolder } from "../../../support/in_folder.ts";
import { type TorchContent, torchFile, torchRecords, zipFile } from "../../../support/torch_file.ts";

const shapes = stateDicts.efficientnet_b0 as unknown as readonly (readonly [string, readonly number[]])[];
/** The weights of EfficientNet-B0, each tensor of one number. */
const efficientNet: TorchContent = Object.fromEntries(
  shapes.map(([name, shape], i) => [name, { shape, data: new Float32Array(sizeOf(shape)).fill((i % 7 + 1) / 100) }]),
);
const linear: TorchContent = { "fc.weight": { shape: [1, 2], data: Float32Array.of(1, 2) } };

/** Opens a file of these bytes. */
async function refusal(bytes: Uint8Array, name = "file.pth"): Promise<string> {
  return await inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/${name}`, bytes);
    return (await assertRejects(() => openCheckpoint(`${dir}/${name}`), InputError, name)).message;
  });
}
const text = (text: string) => new TextEncoder().encode(text);

Deno.test("a training checkpoint of PyTorch is taken: state_dict, epoch and optimiser", () =>
  inFolder(async (dir) => {
    const optimizer = { state: { "0": { step: 7, exp_avg: { shape: [3], data: new Float32Array(3) } } } };
    const parallel = Object.fromEntries(Object.entries(efficientNet).map(([name, value]) => [`module.${name}`, value]));
    await Deno.writeFile(`${dir}/best.ckpt`, torchFile({ epoch: 9, loss: 1.5, state_dict: parallel, optimizer }));
    const { entry, notes } = await addWeights(`${dir}/best.ckpt`, `${dir}/weights`);
    assertEquals(entry.architecture, "efficientnet_b0");
    assertEquals(notes[0], 'the weights stand under "state_dict.module."');
    assertEquals((await findPretrained("efficientnet_b0", `${dir}/weights`)).notes, notes);
    assertEquals((await verifyWeights(`${dir}/weights`)).length, 1);
  }));

Deno.test("add and verify find a flipped bit by the archive's checksums, in numbers and in what no tensor needs", () =>
  inFolder(async (dir) => {
    const good = torchFile(efficientNet);
    const version = good.findLastIndex((byte, i) => byte === "3".charCodeAt(0) && good[i + 1] === 0x0a);
    for (const at of [good.length >> 1, version]) {
      const flipped = good.slice();
      flipped[at]! ^= 1;
      await Deno.writeFile(`${dir}/flipped.pth`, flipped);
      await assertRejects(
        () => addWeights(`${dir}/flipped.pth`, `${dir}/weights`),
        InputError,
        "checksum does not match",
      );
      await Deno.mkdir(`${dir}/weights`, { recursive: true });
      await Deno.writeFile(`${dir}/weights/efficientnet_b0.unverified-00000000.pth`, flipped);
      await assertRejects(() => verifyWeights(`${dir}/weights`), InputError, "checksum does not match");
    }
  }));

Deno.test("an archive of two folders is refused, whichever comes first and whatever the other holds", async () => {
  const [a, b] = [torchRecords(linear, "a"), torchRecords(linear, "b")];
  for (const records of [[...a, ...b], [...b, ...a], [...a, { name: "notes/read me.txt", data: text("hi") }]]) {
    assertStringIncludes(await refusal(zipFile(records)), "a zip archive of 2 folders");
  }
  await inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/one.pth`, zipFile(a));
    using checkpoint = await openCheckpoint(`${dir}/one.pth`);
    assertEquals([...(await checkpoint.read("fc.weight")).data], [1, 2]);
    await checkpoint.verify();
  });
});

Deno.test("other archives are refused by their names: TorchScript, torch.export, NumPy, scans", async () => {
  const records = torchRecords(linear, "net");
  const others = {
    TorchScript: [...records, { name: "net/code/__torch__.py", data: text("def forward") }],
    "TorchScript archive": [...records, { name: "net/constants.pkl", data: text("x") }],
    "torch.export": [{ name: "net/archive_format", data: text("pt2") }, {
      name: "net/models/model.json",
      data: text("{}"),
    }],
    "NumPy's (.npz)": [{ name: "weight.npy", data: text("\x93NUMPY") }],
    '"scan/IM-0001.dcm"': [{ name: "scan/IM-0001.dcm", data: text("DICM") }],
  };
  for (const [named, entries] of Object.entries(others)) assertStringIncludes(await refusal(zipFile(entries)), named);
  await inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/scan.zip`, zipFile(others['"scan/IM-0001.dcm"']));
    await Deno.writeFile(`${dir}/weights`, zipFile(records));
    assertEquals([await isCheckpoint(`${dir}/scan.zip`), await isCheckpoint(`${dir}/weights`)], [false, true]);
  });
});

Deno.test("what people take for weights is refused by its name, and how to come by the file", async () => {
  const others: Record<string, readonly [Uint8Array, string]> = {
    "lfs.safetensors": [
      text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 21444401\n"),
      "a Git LFS pointer, a text in place of the file",
    ],
    "page.pth": [text("<!DOCTYPE html>\n<html><head><title>Log in</title>"), "a web page"],
    "model.safetensors.index.json": [text('{\n  "metadata": {"total_size": 5}}'), "the index of weights"],
    "net.h5": [text("\x89HDF\r\n\x1a\n").subarray(1), ""],
    "packed.pth": [Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0), "compressed by gzip"],
    "empty.safetensors": [new Uint8Array(), "it is empty"],
    "zeros.pth": [new Uint8Array(1000), "the download did not finish"],
    "keras.h5": [Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0), "HDF5"],
    "pickle.pth": [Uint8Array.of(0x80, 2, 0x4b, 1, 0x2e), "without PyTorch's magic number"],
  };
  for (const [name, [bytes, named]] of Object.entries(others)) {
    const message = await refusal(bytes, name);
    assertStringIncludes(message, named);
    assert(message.length < 400, message);
  }
});
