import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import { writeNifti } from "@ctsurv/imaging/mod.ts";
import { createLungSegmenter } from "@ctsurv/lungs/mod.ts";
import { efficientNetB0, initialiseHead, seededBackbone, seededParameters, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { saveModel } from "@ctsurv/training/mod.ts";
import { inFolder } from "./support/in_folder.ts";
import { lockedOptions } from "./support/locked_run.ts";
import { crudeChest } from "./support/test_volume.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** A model that was never trained: the program is what is tested. */
async function untrainedModel(path: string): Promise<void> {
  const engine = onnxEngine();
  const segmenter = await createLungSegmenter(engine);
  await saveModel(path, {
    backbone: await seededBackbone(efficientNetB0, engine, { seed: 7 }),
    view: { kind: "slice", slices: 2, size: 224 },
    shape: {},
    tail: true,
    head: seededParameters(survivalHeadSpec({ backboneFeatures: 1280 }), 9, initialiseHead),
    trainedOn: { cohort: "none", patients: 2, events: 1, profile: "smoke", epochs: 1, segmenter: segmenter.name },
  });
  await segmenter.dispose();
}

Deno.test("docs/LIBRARY.md: its program runs in a folder outside the clone, with the packages of the lock file alone", () =>
  inFolder(async (dir) => {
    const page = await Deno.readTextFile(join(root, "docs", "LIBRARY.md"));
    const [, program] = /```ts\n([^]*?)```/.exec(page)!;
    const [script, model, scan] = ["program.ts", "model.safetensors", "scan.nii.gz"].map((name) => join(dir, name));
    await Deno.writeTextFile(script!, program!);
    await untrainedModel(model!);
    const { hu: data, ...grid } = crudeChest();
    await writeNifti(scan!, { ...grid, data });
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--check", ...lockedOptions, script!, model!, scan!],
      cwd: dir,
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertEquals(success, true, new TextDecoder().decode(stderr));
    assertMatch(text, /^Ctd 1\n/);
    assertMatch(text, /Kaplan-Meier 0\.667 0\.333 0\.333\n/);
    assertMatch(text, /S\(24 months\) 0\.\d{3} from \d+ slices\n$/);
  }));
