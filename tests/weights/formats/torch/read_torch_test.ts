import { assertEquals, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { encodeSafetensors, isCheckpoint, openCheckpoint } from "@ctsurv/weights/mod.ts";
import { inFolder } from "../../../support/in_folder.ts";

/** What `tests/oracles/checkpoints.py` wrote down; numbers that JSON cannot hold are texts. */
interface Expected {
  readonly good: Record<string, { readonly content: Record<string, ExpectedTensor> }>;
  readonly bad: Record<string, { readonly why: string }>;
}

interface ExpectedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | boolean | string)[];
}

/** By PyTorch 1.13, some made hostile. */
const committed = new URL("../../../fixtures/checkpoints/", import.meta.url);
/** By PyTorch 2.13. */
const torch2 = new URL("torch2/", committed);
/** By PyTorch 1.13, all of them. */
const shared = new URL("../../../../../shared/fixtures/checkpoints/", import.meta.url);

/** What the type names of safetensors begin with, and what ours do. */
const longNames: Record<string, string> = { F: "float", BF: "bfloat", I: "int", U: "uint", BOOL: "bool" };

/** Files that are hostile to other readers and harmless to this one. */
const harmless = ["bad/st_proto_key.safetensors"];
/** A format that is refused by its name. */
const tar = "good/tar_legacy.pth";

async function readAll(path: string): Promise<Record<string, unknown>> {
  using checkpoint = await openCheckpoint(path);
  const content: [string, unknown][] = [];
  for (const name of checkpoint.tensors.keys()) {
    const { dtype, shape, data } = await checkpoint.read(name);
    content.push([name, { dtype, shape, values: Array.from<number | bigint, unknown>(data, plain) }]);
  }
  return Object.fromEntries(content);
}

function plain(value: number | bigint): number | string {
  return Number.isSafeInteger(Number(value)) || typeof value === "number" ? Number(value) : `${value}`;
}

function wanted({ dtype, shape, values }: ExpectedTensor) {
  return {
    dtype: dtype.replace(/^[A-Z]+/, (letters) => longNames[letters]!),
    shape,
    values: values.map((value) => typeof value === "string" && /^\d+$/.test(value) ? value : Number(value)),
  };
}

async function checkFolder(folder: URL, test: Deno.TestContext): Promise<void> {
  const expected: Expected = JSON.parse(await Deno.readTextFile(new URL("expected.json", folder)));
  const path = (name: string) => decodeURIComponent(new URL(name, folder).pathname);
  const refuses = async (name: string, why: string) => {
    await test.step(`refuses ${name}: ${why}`, async () => {
      await assertRejects(() => readAll(path(name)), InputError, path(name));
    });
  };
  for (const [name, { content }] of Object.entries(expected.good)) {
    if (name === tar) {
      await refuses(name, "a tar archive");
      continue;
    }
    await test.step(`reads ${name}`, async () => {
      const tensors = Object.fromEntries(Object.entries(content).map(([key, tensor]) => [key, wanted(tensor)]));
      assertEquals(await readAll(path(name)), tensors);
    });
  }
  for (const [name, { why }] of Object.entries(expected.bad)) {
    if (!harmless.includes(name)) await refuses(name, why);
    else {await test.step(`reads ${name}: ${why}`, async () =>
        assertEquals(Object.keys(await readAll(path(name))).length, 1));}
  }
}

Deno.test("openCheckpoint() reads every good file to the last number, and refuses every hostile one", async (test) => {
  await checkFolder(committed, test);
});

Deno.test("openCheckpoint() reads what PyTorch 2 writes: byte order, no checksums, nested dicts", async (test) => {
  await checkFolder(torch2, test);
});

Deno.test("openCheckpoint() does so with all files of ../shared/fixtures/checkpoints", async (test) => {
  const isThere = await Deno.stat(shared).then(() => true, () => false);
  if (!isThere) return console.log("skipped: no ../shared/fixtures/checkpoints");
  await checkFolder(shared, test);
});

Deno.test("openCheckpoint() knows safetensors even where its first byte is a pickle's", async () => {
  await inFolder(async (dir) => {
    const path = `${dir}/weights`;
    const tensors = new Map([["x", { shape: [1], data: Float32Array.of(1) }]]);
    const file = encodeSafetensors(tensors, { note: "n".repeat(45) });
    assertEquals(file[0], 0x80);
    await Deno.writeFile(path, file);
    assertEquals(await readAll(path), { x: { dtype: "float32", shape: [1], values: [1] } });
    assertEquals(await isCheckpoint(path), true);
  });
});

Deno.test("openCheckpoint() says so when there is no file, or a folder, or no tensor of a name", async () => {
  await inFolder(async (dir) => {
    await assertRejects(() => openCheckpoint(`${dir}/none.pth`), InputError, "none.pth");
    await assertRejects(() => openCheckpoint(dir), InputError, dir);
    await Deno.writeFile(`${dir}/empty.pth`, new Uint8Array());
    await assertRejects(() => openCheckpoint(`${dir}/empty.pth`), InputError, "it is empty");
  });
  using checkpoint = await openCheckpoint(decodeURIComponent(new URL("good/zip_basic.pth", committed).pathname));
  assertEquals(checkpoint.kind, "pytorch-zip");
  await assertRejects(() => checkpoint.read("nothing"), InputError, 'no tensor "nothing"');
});

Deno.test("read() finds a changed number by the record's CRC-32", async () => {
  const file = await Deno.readFile(new URL("good/zip_basic.pth", committed));
  const weight = new Uint8Array(Float32Array.of(-0.5, -0.25).buffer);
  const at = file.findIndex((_, i) => weight.every((byte, j) => file[i + j] === byte));
  file[at] = 1;
  await inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/damaged.pth`, file);
    using checkpoint = await openCheckpoint(`${dir}/damaged.pth`);
    await assertRejects(() => checkpoint.read("0.weight"), InputError, '"0.weight" is damaged');
  });
});
