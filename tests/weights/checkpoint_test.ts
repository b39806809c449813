import { assertEquals, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/common/mod.ts";
import { openCheckpoint } from "@ctsurv/weights/mod.ts";

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

const committed = new URL("../fixtures/checkpoints/", import.meta.url);
const shared = new URL("../../../shared/fixtures/checkpoints/", import.meta.url);

/** What the type names of safetensors begin with, and what ours do. */
const longNames: Record<string, string> = { F: "float", BF: "bfloat", I: "int", U: "uint", BOOL: "bool" };

/** Files that are hostile to other readers and harmless to this one. */
const harmless = ["bad/st_proto_key.safetensors"];
/** A format that is refused by its name. */
const tar = "good/tar_legacy.pth";

async function readAll(path: string): Promise<Record<string, unknown>> {
  using checkpoint = await openCheckpoint(path);
  const content: Record<string, unknown> = {};
  for (const name of checkpoint.tensors.keys()) {
    const { dtype, shape, data } = await checkpoint.read(name);
    content[name] = { dtype, shape, values: Array.from<number | bigint, unknown>(data, plain) };
  }
  return content;
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
    if (name === tar) continue;
    await test.step(`reads ${name}`, async () => {
      const tensors = Object.fromEntries(Object.entries(content).map(([key, tensor]) => [key, wanted(tensor)]));
      assertEquals(await readAll(path(name)), tensors);
    });
  }
  await refuses(tar, "a tar archive");
  for (const [name, { why }] of Object.entries(expected.bad)) {
    if (!harmless.includes(name)) await refuses(name, why);
    else {await test.step(`reads ${name}: ${why}`, async () =>
        assertEquals(Object.keys(await readAll(path(name))).length, 1));}
  }
}

Deno.test("openCheckpoint() reads every good file to the last number, and refuses every hostile one", async (test) => {
  await checkFolder(committed, test);
});

Deno.test("openCheckpoint() does so with all files of ../shared/fixtures/checkpoints", async (test) => {
  const isThere = await Deno.stat(shared).then(() => true, () => false);
  if (!isThere) return console.log("skipped: no ../shared/fixtures/checkpoints");
  await checkFolder(shared, test);
});
