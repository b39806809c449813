import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { fit } from "@ctsurv/cli/commands/fit.ts";
import { ensurePhantom, phantomLung1 } from "@ctsurv/cohort/mod.ts";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import { loadModel } from "@ctsurv/training/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const [siemens, xio] = phantomLung1.scanners;
/** Coarse, so that a patient takes milliseconds. */
const scanners = [{ ...siemens, sliceSpacing: 9 }, { ...xio!, sliceSpacing: 9 }] as const;

const inCohort = (test: (paths: { cohort: string; model: string; cache: string }) => Promise<void>) =>
  inFolder(async (dir) => {
    const cohort = join(dir, "cohort");
    await ensurePhantom("phantom-lung1", cohort, { patients: 5, overrides: { matrix: 64, scanners } });
    await test({ cohort, model: join(dir, "model.safetensors"), cache: join(dir, "cache") });
  });

Deno.test("fit --aggregation keeps the width of attention that --set names", () =>
  inCohort(async ({ cohort, model, cache }) => {
    const shared = ["--cohort", cohort, "--cache", cache, "--profile", "smoke", "--lungs", "threshold"];
    const options = [...shared, "--output", model];
    await fit.run(parseCommand(fit, [...options, "--aggregation", "gated", "--set", "attentionWidth=32"]));
    const { shape } = await loadModel(model, onnxEngine());
    assertEquals(shape.aggregation, { kind: "gated", hidden: 32 });
  }));

Deno.test("fit refuses a final block that the protocol cannot train before it computes anything", () =>
  inCohort(async ({ cohort, model, cache }) => {
    const options = ["--cohort", cohort, "--output", model, "--cache", cache, "--profile", "smoke"];
    const refused = () => fit.run(parseCommand(fit, [...options, "--tune", "final-block"]));
    await assertRejects(refused, InputError, "tune=final-block is not built together with");
    await assertRejects(() => Deno.stat(cache), Deno.errors.NotFound);
  }));
