import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "node:path";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { cleanIn, findGenerated } from "@ctsurv/cli/commands/clean.ts";
import { ensurePhantom } from "@ctsurv/cohort/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

function run(root: string, ...args: string[]) {
  const clean = cleanIn(root);
  return clean.run(parseCommand(clean, args));
}

async function write(path: string, text: string) {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

async function files(dir: string, under = ""): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(dir, under)));
  const lists = entries.map(({ name, isDirectory }) => {
    const path = under ? `${under}/${name}` : name;
    return isDirectory ? files(dir, path) : [path];
  });
  return (await Promise.all(lists)).flat().sort();
}

/** A clone with everything in it that `clean` may meet. */
async function inClone(test: (root: string) => Promise<void>): Promise<void> {
  await inFolder(async (root) => {
    const manifest = { format: 1, name: "ours", source: "a hospital", licence: "none", exclusions: [] };
    await write(join(root, "data/cohorts/lung1/cohort.json"), JSON.stringify(manifest));
    await write(join(root, "data/cohorts/unreadable/cohort.json"), "{");
    await write(join(root, "data/cohorts/notes/thesis.txt"), "precious");
    await write(join(root, "data/cohorts/readme.txt"), "precious");
    await write(join(root, "data/cohorts/begun/.phantom.json"), "{}");
    await write(join(root, "data/cohorts/begun/images/a.nii.gz.1234.partial"), "x");
    await ensurePhantom("phantom-lung1", join(root, "data/cohorts/whole"), { patients: 1, overrides: { matrix: 32 } });
    await ensurePhantom("phantom-lung1", join(root, "data/cohorts/mixed"), { patients: 1, overrides: { matrix: 32 } });
    await write(join(root, "data/cohorts/mixed/thesis.txt"), "precious");
    await ensurePhantom("phantom-lung1", join(root, "data/cohorts/read"), { patients: 1, overrides: { matrix: 32 } });
    await write(join(root, "data/cohorts/read/truth/reader-2.nii.gz"), "precious");
    await ensurePhantom("phantom-lung1", join(root, "data/cohorts/law"), { patients: 1, overrides: { matrix: 32 } });
    await write(join(root, "data/cohorts/law/laws/size/my-model.safetensors"), "precious");
    await write(join(root, "data/cache/slices/a.slices"), "x".repeat(2_000_000));
    await write(join(root, "data/cache/features/a"), "x");
    await write(join(root, "data/cache/my-weights/a.pth"), "precious");
    await write(join(root, "data/weights/a.pth"), "x");
    await write(join(root, "data/lungs/unet.safetensors"), "x");
    await write(join(root, "outputs/lung1-paper/table1.json"), "{}");
    await write(join(root, "outputs/lung1-paper/fusion_resnet50.json"), "{}");
    await write(join(root, "outputs/lung1-paper/external_validation_vgg16_ward-3.json"), "{}");
    // What notebook 06 writes of one row is written of others by their commands.
    for (const other of ["learning_curve_vgg16", "repeats_vgg16_alexnet", "losses_vgg16", "uncertainty/vgg16"]) {
      await write(join(root, `outputs/lung1-paper/${other}.json`), "{}");
    }
    await write(join(root, "outputs/figures/mine.svg"), "<svg/>");
    await write(join(root, "outputs/our-paper/draft.docx"), "precious");
    await test(root);
  });
}

Deno.test("clean removes the cache and phantom cohorts, whole or begun, and keeps what it did not make", () =>
  inClone(async (root) => {
    const { text, json } = await run(root);
    assertEquals(await files(root), [
      "data/cache/my-weights/a.pth",
      ...(await files(root)).filter((path) => path.startsWith("data/cohorts/law/")),
      "data/cohorts/lung1/cohort.json",
      ...(await files(root)).filter((path) => path.startsWith("data/cohorts/mixed/")),
      "data/cohorts/notes/thesis.txt",
      ...(await files(root)).filter((path) => path.startsWith("data/cohorts/read/")),
      "data/cohorts/readme.txt",
      "data/cohorts/unreadable/cohort.json",
      "data/lungs/unet.safetensors",
      "data/weights/a.pth",
      "outputs/figures/mine.svg",
      ...[
        "external_validation_vgg16_ward-3",
        "fusion_resnet50",
        "learning_curve_vgg16",
        "losses_vgg16",
        "repeats_vgg16_alexnet",
        "table1",
        "uncertainty/vgg16",
      ].map((one) => `outputs/lung1-paper/${one}.json`),
      "outputs/our-paper/draft.docx",
    ]);
    assert((await files(root)).includes("data/cohorts/read/truth/reader-2.nii.gz"));
    assert((await files(root)).includes("data/cohorts/mixed/cohort.json"));
    const { removed } = json as { removed: { path: string }[] };
    assertEquals(removed.map(({ path }) => path), [
      "data/cache/features",
      "data/cache/slices",
      "data/cohorts/begun",
      "data/cohorts/whole",
    ]);
    assertStringIncludes(text, "data/cache/slices: 2 MB, removed");
    assertStringIncludes(text, "data/cache/my-weights: kept, not ctsurv's");
    assertStringIncludes(text, "data/cohorts/lung1: kept, no phantom cohort");
    assertStringIncludes(text, "data/cohorts/mixed: kept, holds thesis.txt");
    assertStringIncludes(text, "data/cohorts/law: kept, holds my-model.safetensors");
    assertStringIncludes(text, "data/cohorts/read: kept, holds reader-2.nii.gz");
    assertEquals((await run(root)).text.split("\n").at(-1), "There is nothing to remove");
  }));

Deno.test("clean --dry-run names the same, and removes nothing", () =>
  inClone(async (root) => {
    const before = await files(root);
    const { text, json } = await run(root, "--dry-run", "--outputs", "--weights");
    assertEquals(await files(root), before);
    const { wouldRemove, bytes } = json as { wouldRemove: { path: string; bytes: number }[]; bytes: number };
    assertEquals(wouldRemove.map(({ path }) => path), [
      "data/cache/features",
      "data/cache/slices",
      "data/weights",
      "data/cohorts/begun",
      "data/cohorts/whole",
      "outputs/lung1-paper",
    ]);
    assertEquals(bytes, wouldRemove.reduce((sum, one) => sum + one.bytes, 0));
    assertStringIncludes(text, "MB would be removed");
    const removed = (await run(root, "--outputs", "--weights")).json as { removed: unknown };
    assertEquals(removed.removed, wouldRemove);
    assertEquals((await files(root)).includes("outputs/lung1-paper/table1.json"), false);
    const left = await files(root);
    assert(["outputs/figures/mine.svg", "outputs/our-paper/draft.docx"].every((path) => left.includes(path)));
  }));

Deno.test("clean --outputs knows every file of a run of all notebooks, with a protocol in the folder's name as well", () =>
  inFolder(async (root) => {
    const committed = new URL("../../../outputs/phantom-lung1-workshop", import.meta.url);
    const names = await Array.fromAsync(Deno.readDir(committed), ({ name }) => name);
    assert(names.includes("explanation.json") && names.includes("seeds.json"));
    const folders = ["phantom-lung1-workshop", "lung1-paper-ascent-seed-43"];
    for (const folder of folders) {
      for (const name of names) await write(join(root, "outputs", folder, name), "x");
    }
    await write(join(root, "outputs/some-workshopping/notes.txt"), "x");
    const { json, text } = await run(root, "--dry-run", "--outputs");
    const { wouldRemove } = json as { wouldRemove: { path: string }[] };
    assertEquals(wouldRemove.map(({ path }) => path).sort(), folders.map((folder) => `outputs/${folder}`).sort());
    assertStringIncludes(text, "outputs/some-workshopping: kept");
  }));

Deno.test("clean follows no link, neither to a folder nor in one", () =>
  inFolder(async (root) => {
    await write(join(root, "elsewhere/precious.txt"), "precious");
    await ensurePhantom("phantom-claro", join(root, "elsewhere/cohort"), { patients: 1, overrides: { matrix: 32 } });
    await write(join(root, "data/cohorts/x/.phantom.json"), "{}");
    await Deno.symlink(join(root, "elsewhere"), join(root, "data/cache"));
    await Deno.symlink(join(root, "elsewhere/cohort"), join(root, "data/cohorts/linked"));
    await Deno.symlink(join(root, "elsewhere"), join(root, "data/cohorts/x/images"));
    const { text } = await run(root);
    assertStringIncludes(text, "data/cache: kept, a link to elsewhere");
    assertStringIncludes(text, "data/cohorts/linked: kept, a link to elsewhere");
    assertStringIncludes(text, "data/cohorts/x: 1 kB, removed");
    const left = await files(root, "elsewhere");
    assert(left.includes("elsewhere/precious.txt") && left.includes("elsewhere/cohort/cohort.json"));
  }));

Deno.test("clean finds nothing in a fresh clone", () =>
  inFolder(async (root) => {
    assertEquals((await run(root, "--outputs", "--weights")).text, "There is nothing to remove");
  }));

Deno.test("clean --outputs knows all that the notebooks write", () =>
  inFolder(async (root) => {
    const results = "outputs/phantom-lung1-smoke";
    const committed = Deno.readDirSync(new URL(`../../../${results}/`, import.meta.url));
    for (const { name } of [...committed, { name: "index.html" }]) await write(join(root, results, name), "x");
    const { generated, kept } = await findGenerated(root, { outputs: true, weights: false });
    assertEquals([generated.map(({ path }) => path), kept], [[results], []]);
  }));
