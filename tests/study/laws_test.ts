import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { ensurePhantom } from "@ctsurv/cohort/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  compareLaws,
  explainStudy,
  lawOf,
  occludePatient,
  openStudy,
  otherLaws,
  pairedWithinFolds,
  runUnderLaw,
  saveAggregation,
  saveExplanation,
  showExplained,
  transferBySize,
  tumourVolumeAlone,
} from "@ctsurv/study/mod.ts";
import { environmentOf } from "../support/environment_of.ts";
import { coarse } from "../support/make_coarse_cohort.ts";

let folder = "";
Deno.test.beforeAll(async () => {
  folder = await Deno.makeTempDir();
  await ensurePhantom("phantom-lung1", join(folder, "phantom"), { patients: 12, overrides: coarse });
});
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const open = () =>
  openStudy({
    environment: environmentOf({
      CTSURV_PROFILE: "smoke",
      CTSURV_LUNGS: "threshold",
      CTSURV_ENGINE: "onnx",
      CTSURV_COHORT: join(folder, "phantom"),
      CTSURV_OUTPUTS: join(folder, "outputs"),
    }),
    cache: join(folder, "cache"),
  });

Deno.test("laws: soft attention and average pooling under each, beside the control, kept in aggregation.json", async () => {
  const study = await open();
  assertEquals(lawOf(study), "tissue");
  const { law, studies, says } = await otherLaws(study);
  assertEquals([law, [...studies.keys()]], ["tissue", ["size", "null"]]);
  assertStringIncludes(says, "built into the data");
  const ofControl = await otherLaws(studies.get("null")!);
  assertEquals([ofControl.law, [...ofControl.studies.keys()]], ["null", ["tissue", "size"]]);
  assertStringIncludes(ofControl.says, "This is the control");

  const runs = [await runUnderLaw(study, "alexnet"), await runUnderLaw(studies.get("null")!, "alexnet")];
  const tumours = await study.tumours(runs[0]!.features);
  const results = await compareLaws(runs, tumours);
  assertEquals(results.map(({ law }) => law), ["tissue", "null"]);
  assertEquals(results[0]!.soft, runs[0]!.soft.ctdWithinFolds.pre.risk);
  assertEquals(results[0]!.difference, pairedWithinFolds(runs[0]!.soft, runs[0]!.average));
  assertAlmostEquals(
    results[0]!.besideControl!.difference,
    results[0]!.onTumour!.excess - results[1]!.onTumour!.excess,
    1e-12,
  );
  assertEquals([results[1]!.besideControl, results[1]!.bestReachableCtd], [null, 0.5]);
  const kept = await saveAggregation(study, runs[0]!.features, {
    comparisons: [],
    seeds: [],
    attended: [],
    laws: results,
  });
  assertEquals(kept.laws, results);
});

Deno.test("tumourVolumeAlone() finds the order of volumes under the law of size", async () => {
  const { studies } = await otherLaws(await open());
  const size = studies.get("size")!;
  const features = await size.features("alexnet");
  const run = await size.crossValidate(features, { epochs: 1 });
  const best = await tumourVolumeAlone(size, run);
  assert(best!.value! > .8, `${best!.value}`);
});

Deno.test("transferBySize(): each fold trains on so many patients, and sizes that a fold does not have are left out", async () => {
  const study = await open();
  const features = await study.features("alexnet");
  const head = await study.train(features, { epochs: 1 });
  const newHead = await study.crossValidate(features);
  const fineTuned = await study.crossValidate(features, { start: head.parameters });
  const going = { start: head.parameters };
  const rows = await transferBySize(study, features, going, { sizes: [4, 20], all: { newHead, fineTuned } });
  assertEquals(rows.map(({ patients }) => patients), [4, "all"]);
  assertEquals(rows[1]!.newHead, newHead.ctdWithinFolds.pre.risk);
  const fewer = await study.crossValidate(features, { trainingPatients: 4 });
  assertEquals(rows[0]!.newHead, fewer.ctdWithinFolds.pre.risk);
  assert(fewer.predictions.some(({ survival }, i) => survival.at(-1) !== newHead.predictions[i]!.survival.at(-1)));
  await assertRejects(() => study.crossValidate(features, { trainingPatients: 0 }), InputError, "not on 0");
});

Deno.test("explainStudy() explains each patient by a head that did not see them, beside the control, as explanation.json", async () => {
  const study = await open();
  const features = await study.features("alexnet");
  const control = (await otherLaws(study)).studies.get("null")!;
  const explanation = await explainStudy(study, features, { control, orders: 2 });
  const { patients, heads, result } = explanation;
  assertEquals(patients.map(({ id }) => id), features.patients.map(({ id }) => id));
  // The risk that is explained is that of the out-of-fold prediction, and its attention.
  heads.validation.predictions.forEach(({ id, survival, attention }, i) => {
    assertEquals(id, patients[i]!.id);
    assertAlmostEquals(patients[i]!.risk, Math.log((1 - survival[24]!) / survival[24]!), 1e-3);
    attention.forEach((weight, slice) => assertAlmostEquals(patients[i]!.attention[slice]!, weight, 1e-5));
    assertEquals(patients[i]!.maps.shape, [3, 6, 6]);
  });
  const { pointing, control: beside, sanity, order } = result;
  assertAlmostEquals(
    beside!.difference!.difference.value,
    pointing!.excess.value - beside!.pointing!.excess.value,
    1e-12,
  );
  assertEquals(sanity.map(({ check, similarity }) => [check, similarity?.patients]), [
    ["seed", 12],
    ["head", 12],
    ["backbone", 12],
    ["outcomes", 12],
  ]);
  for (const { similarity } of sanity) {
    assert(similarity!.correlation.value < 0.999, "the map of another model is the same");
  }
  assertEquals(order!.patients, 12);
  const saved = await saveExplanation(study, explanation);
  assertEquals(saved.result, result);
  assertStringIncludes(
    await Deno.readTextFile(join(study.folder, "explanation.md")),
    "Hits, less those of the control",
  );

  const [first] = patients;
  const occlusion = await occludePatient(study, features, explanation, first!.id, { patch: 112 });
  assertEquals([occlusion.shape, occlusion.passes], [[3, 2, 2], 3 + 3 * 4]);
  const { picture, viewer } = await showExplained(study, features, first!, { maps: occlusion, name: "occlusion" });
  assertEquals(picture.width, 3 * 228 + 4);
  assertStringIncludes(viewer.html, "(occlusion)");

  for (const other of [{ tune: "final-block" }, { intensities: "z-score" }] as const) {
    const choices = { ...study.protocol.choices, ...other };
    const unbuilt = { ...study, protocol: { ...study.protocol, choices } };
    await assertRejects(() => explainStudy(unbuilt, features), InputError, `${Object.entries(other)[0]!.join("=")}`);
  }
});
