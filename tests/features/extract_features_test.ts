import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DiskFullError, InputError, type Progress } from "@ctsurv/base/mod.ts";
import { ensurePhantom, openCohort, phantomLung1 } from "@ctsurv/cohort/mod.ts";
import type { ClinicalRecord } from "@ctsurv/cohort/table/mod.ts";
import type { SliceFeatureExtractor } from "@ctsurv/features/feature_extractor.ts";
import { extractFeatures, type ExtractFeaturesOptions, followUp, type ScannedPatient } from "@ctsurv/features/mod.ts";
import { scanDicom, thresholdLungs, writeDicomSeries } from "@ctsurv/imaging/mod.ts";
import { type Backbone, efficientNetB0 } from "@ctsurv/nn/mod.ts";
import { inFolder } from "../support/in_folder.ts";
import { crudeChest } from "../support/test_volume.ts";

const [siemens, xio] = phantomLung1.scanners;
/** Coarse, so that a patient takes milliseconds. */
const coarse = {
  patients: 3,
  overrides: { matrix: 64, scanners: [{ ...siemens, sliceSpacing: 9 }, { ...xio!, sliceSpacing: 9 }] as const },
};
const backbone: Backbone = {
  architecture: { ...efficientNetB0, features: 2 },
  parameters: {},
  source: { kind: "seeded", seed: 1, sha256: "weights" },
};

/** Gives each slice its mean and its brightest pixel. After `limit` patients the power fails. */
function extractor(limit = Infinity): SliceFeatureExtractor & { readonly extracted: number } {
  let extracted = 0;
  return {
    get extracted() {
      return extracted;
    },
    macsPerSlice: 0,
    extract(slices) {
      if (extracted === limit) return Promise.reject(new Error("the power failed"));
      extracted++;
      const pixels = efficientNetB0.size ** 2;
      return Promise.resolve(Float32Array.from({ length: 2 * slices.length / pixels }, (_, i) => {
        const slice = slices.subarray((i >> 1) * pixels, ((i >> 1) + 1) * pixels);
        return i % 2 === 0 ? slice.reduce((a, b) => a + b) / pixels : slice.reduce((a, b) => Math.max(a, b));
      }));
    },
    dispose: () => Promise.resolve(),
  };
}

function recordedProgress(): Progress & { readonly said: (string | number)[] } {
  const said: (string | number)[] = [];
  return {
    said,
    start: (label, total) => said.push(label, total),
    tick: (steps = 1) => said.push(steps),
    done: (summary = "") => said.push(summary),
  };
}

let cohort = "";
Deno.test.beforeAll(async () => {
  cohort = await Deno.makeTempDir();
  await ensurePhantom("phantom-lung1", cohort, coarse);
});
Deno.test.afterAll(() => Deno.remove(cohort, { recursive: true }));

/** Features of the cohort, with a new cache unless told otherwise. */
async function featuresOf(options: Partial<ExtractFeaturesOptions> & { readonly cache: string }) {
  const { patients } = await openCohort(cohort);
  return await extractFeatures(patients, { backbone, extractor: extractor(), segmenter: thresholdLungs, ...options });
}

Deno.test("extractFeatures() goes on after an interruption, and ends as if there had been none", () =>
  inFolder(async (dir) => {
    const run = (extractor: SliceFeatureExtractor, cache = "cache") =>
      featuresOf({ extractor, cache: join(dir, cache) });
    const failing = extractor(1);
    await assertRejects(() => run(failing), Error, "the power failed");
    const [resumed, again, fresh] = [extractor(), extractor(), extractor()];
    const result = await run(resumed);
    assertEquals([failing.extracted, resumed.extracted], [1, 2]);
    assertEquals(await run(again), result);
    assertEquals(again.extracted, 0);
    assertEquals(await run(fresh, "other cache"), result);
    // Computed or from the cache: a training on threads gets them without a copy.
    for (const { patients } of [result, await run(extractor())]) {
      for (const { features } of patients) assert(features.buffer instanceof SharedArrayBuffer);
    }
    assertEquals(fresh.extracted, 3);

    const { patients: records } = await openCohort(cohort);
    assertEquals(result.skipped, []);
    assertEquals(result.patients.map(({ id }) => id), records.map(({ id }) => id));
    result.patients.forEach((patient, i) => {
      assertEquals(patient.features.length, 2 * patient.slices);
      assertEquals(patient.followUp, followUp(records[i]!.record));
      assertEquals([result.slices[i]!.patient, result.slices[i]!.kept.length], [patient.id, patient.slices]);
      // Lung, tissue and bone: neither empty nor saturated as a whole.
      const means = patient.features.filter((_, k) => k % 2 === 0);
      assert(means.every((mean) => mean > 0.1 && mean < 0.9), `${patient.id}: ${means}`);
    });
  }));

Deno.test("extractFeatures() leaves out a patient whose scan is corrupt, with the reason, and tells progress", () =>
  inFolder(async (cache) => {
    const { patients } = await openCohort(cohort);
    const broken = patients.find(({ image }) => image.endsWith(".nii.gz"))!;
    const bytes = await Deno.readFile(broken.image);
    await Deno.writeFile(broken.image, bytes.subarray(0, bytes.length >> 1));
    const progress = recordedProgress();
    const result = await featuresOf({ cache, progress });
    assertEquals(result.patients.map(({ id }) => id), patients.map(({ id }) => id).filter((id) => id !== broken.id));
    assertEquals(result.skipped.map(({ patient }) => patient), [broken.id]);
    assert(result.skipped[0]!.reason.includes(broken.image), result.skipped[0]!.reason);
    assertEquals(progress.said, [
      "EfficientNetB0: features of patients",
      3,
      ...[1, 1, 1],
      "EfficientNetB0: features of 2 of 3 patients",
    ]);
    // Put right, the patient is taken in; nobody else is done again.
    await Deno.writeFile(broken.image, bytes);
    const second = extractor();
    assertEquals((await featuresOf({ cache, extractor: second })).patients.length, 3);
    assertEquals(second.extracted, 1);
  }));

Deno.test("extractFeatures() ends where the disk is full, and blames no patient for it", () =>
  inFolder(async (cache) => {
    const full = { ...extractor(), extract: () => Promise.reject(new DiskFullError("no space left")) };
    await assertRejects(() => featuresOf({ cache, extractor: full }), DiskFullError, "no space left");
  }));

Deno.test("extractFeatures() reads a patient's own series where a folder holds several patients'", () =>
  inFolder(async (dir) => {
    const { hu, shape, affine } = crudeChest();
    const images = join(dir, "images");
    const record = { survivalDays: 300, dead: true } as ClinicalRecord;
    const patients: ScannedPatient[] = [];
    for (const id of ["A", "B"]) {
      const [file] = await writeDicomSeries(images, { hu: Int16Array.from(hu), shape, affine }, {
        dialect: "xio",
        patientId: id,
      });
      patients.push({ id, image: images, series: (await scanDicom(file!))!.series, record });
    }
    const options = { backbone, extractor: extractor(), segmenter: thresholdLungs, cache: join(dir, "cache") };
    const { skipped, slices } = await extractFeatures(patients, options);
    assertEquals([skipped, slices.map(({ patient }) => patient)], [[], ["A", "B"]]);
    const unnamed = patients.map(({ series: _, ...patient }) => patient);
    await assertRejects(() => extractFeatures(unnamed, options), InputError, "CT of 2 patients");
  }));

Deno.test("extractFeatures() extracts what the view shows, and caches each view by itself", () =>
  inFolder(async (cache) => {
    const shared = extractor();
    const all = await featuresOf({ cache, extractor: shared });
    const view = { kind: "slice", slices: 2, size: efficientNetB0.size } as const;
    const two = await featuresOf({ cache, extractor: shared, view });
    assertEquals([shared.extracted, two.patients.map(({ slices }) => slices)], [6, [2, 2, 2]]);
    two.patients.forEach(({ features }, i) => {
      const { kept } = all.slices[i]!;
      const seen = two.slices[i]!.kept.map((slice) => kept.indexOf(slice));
      assertEquals(seen, [Math.floor(kept.length / 4), Math.floor(3 * kept.length / 4)]);
      const expected = seen.flatMap((slice) => [...all.patients[i]!.features.subarray(2 * slice, 2 * slice + 2)]);
      assertEquals([...features], expected);
    });
    const volume = { kind: "volume", slices: 3, size: efficientNetB0.size } as const;
    const averaged = await featuresOf({ cache, extractor: shared, view: volume });
    // Here the extractor gives two numbers for each slice of the volume; a patient is one embedding all the same.
    assertEquals(averaged.patients.map(({ slices, features }) => [slices, features.length]), [[1, 6], [1, 6], [1, 6]]);
    assertEquals(averaged.slices.map(({ kept }) => kept), all.slices.map(({ kept }) => kept));
    const again = extractor();
    for (const one of [{}, { view }, { view: volume }]) await featuresOf({ cache, extractor: again, ...one });
    assertEquals(again.extracted, 0);
  }));

Deno.test("extractFeatures() refuses a cohort of which nobody is left, and says why of the first", () =>
  inFolder(async (cache) => {
    const blind = { name: "blind", segment: () => Promise.reject(new InputError("no lungs to be seen")) };
    await assertRejects(
      () => featuresOf({ cache, segmenter: blind }),
      InputError,
      "None of 3 patients could be used. The first: no lungs",
    );
    const nobody = { backbone, extractor: extractor(), segmenter: blind, cache };
    await assertRejects(() => extractFeatures([], nobody), InputError, "None of 0 patients");
  }));

Deno.test("followUp() is in months of 30.4375 days, censored at 24", () => {
  const record = (survivalDays: number, dead: boolean) =>
    followUp({ survivalDays, dead } as Parameters<typeof followUp>[0]);
  const early = record(300, true);
  assertAlmostEquals(early.months, 300 / 30.4375, 1e-12);
  assertEquals(early.event, 1);
  assertEquals(record(2000, true), { months: 24, event: 0 });
  assertEquals(record(100, false).event, 0);
});

Deno.test("followUp() by the authors' rule is in whole months of 30 days; a death in the whole month 24 counts", () => {
  const record = (survivalDays: number, dead: boolean) =>
    followUp({ survivalDays, dead } as Parameters<typeof followUp>[0], { months: "authors" });
  assertEquals(record(299, true), { months: 9, event: 1 });
  assertEquals(record(300, true), { months: 10, event: 1 });
  assertEquals(record(749, true), { months: 24, event: 1 });
  assertEquals(record(750, true), { months: 24, event: 0 });
  assertEquals(record(745, false), { months: 24, event: 0 });
});
