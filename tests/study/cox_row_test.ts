import { assert, assertEquals, assertRejects } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { efficientNetB0 } from "@ctsurv/nn/mod.ts";
import { coxCeiling } from "@ctsurv/report/mod.ts";
import { coxCeilingSchema } from "@ctsurv/report/results/cox_ceiling.ts";
import { coxRow, profiles, protocol as protocolOf } from "@ctsurv/study/mod.ts";
import { stratifiedFolds } from "@ctsurv/training/mod.ts";

const protocol = protocolOf("workshop");

/** Patients whose first feature says how long they live. */
function patients(count: number) {
  return Array.from({ length: count }, (_, i) => {
    const random = createRandom(2, "cox row", i);
    const features = Float32Array.from({ length: 12 }, () => random.normal());
    const death = -14 * Math.exp(-1.5 * features[0]!) * Math.log(1 - random.uniform());
    return {
      id: `P${i}`,
      slices: 1,
      features,
      followUp: { months: Math.min(death, 24), event: (death < 24 ? 1 : 0) as 0 | 1 },
    };
  });
}

function progress() {
  const told: string[] = [];
  return { told, start: (what: string) => void told.push(what), tick: () => void told.push("."), done: () => {} };
}

const backbone = {
  architecture: efficientNetB0,
  parameters: {},
  source: { kind: "seeded", seed: 1, sha256: "" },
} as const;

Deno.test("coxRow() cross-validates the features on the profile's folds, and coxCeiling() is what a row of Table 1 keeps", async () => {
  const profile = { ...profiles.smoke, folds: 4 };
  const [some, shown] = [patients(60), progress()];
  const validation = await coxRow({ profile, protocol, progress: shown, trainings: undefined }, {
    backbone,
    patients: some,
  });
  const folds = stratifiedFolds(some.map(({ followUp }) => followUp.event), { folds: 4, seed: profile.foldSeed });
  assertEquals(validation.predictions.map(({ fold }) => fold), Array.from(folds, (fold) => fold + 1));
  assert(validation.mean! > 0.65, `${validation.mean}`);
  const ceiling = coxCeiling(validation);
  assertEquals(ceiling.ctdWithinFolds, validation.ctdWithinFolds.pre.risk);
  assertEquals(coxCeilingSchema.parse(JSON.parse(JSON.stringify(ceiling))), ceiling);
  assertEquals(shown.told, ["EfficientNetB0, Cox on the features: folds", ".", ".", ".", "."]);
});

Deno.test("coxRow() refuses too few patients for the folds", async () => {
  const shared = { trainings: undefined, protocol, profile: { ...profiles.smoke, folds: 4 }, progress: progress() };
  await assertRejects(() => coxRow(shared, { backbone, patients: patients(3) }), InputError, "too few patients");
});
