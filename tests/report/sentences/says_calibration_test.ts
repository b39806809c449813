import { assertEquals, assertStringIncludes } from "@std/assert";
import { saysCalibration } from "@ctsurv/report/mod.ts";

/** Patients of whom a share is alive at 24 months, each predicted to be with one probability. */
function cohort(groups: readonly (readonly [predicted: number, alive: number, patients: number])[]) {
  const patients = groups.flatMap(([predicted, alive, count]) =>
    Array.from({ length: count }, (_, i) => ({ predicted, isAlive: i < alive * count, i }))
  );
  return {
    times: [0, 24],
    survival: patients.map(({ predicted }) => [1, predicted]),
    months: patients.map(({ isAlive, i }) => isAlive ? 24 : 1 + i % 20),
    event: patients.map(({ isAlive }) => isAlive ? 0 : 1),
  };
}

Deno.test("saysCalibration(): right probabilities are not told apart from the diagonal", () => {
  const said = saysCalibration("ViT", cohort([[.2, .2, 50], [.5, .5, 50], [.8, .8, 50]]), 24, { groups: 3 });
  assertEquals(said[0], "ViT predicts on average that 0.50 are alive at 24 months; 0.50 are (150 patients).");
  assertStringIncludes(said[1]!, "from the diagonal on average (integrated calibration index).");
  assertEquals(said.at(-1), "No group is told apart from the diagonal (3 groups).");
});

Deno.test("saysCalibration(): one group off may be chance, and more are not to be read as probabilities", () => {
  const one = saysCalibration("ViT", cohort([[.2, .2, 50], [.5, .5, 50], [.8, .4, 50]]), 24, { groups: 3 });
  assertEquals(one.at(-1), "One of 3 groups is off the diagonal. Chance alone does that in 14 of 100 cohorts.");
  const two = saysCalibration("ViT", cohort([[.2, .6, 50], [.5, .5, 50], [.8, .4, 50]]), 24, { groups: 3 });
  assertEquals(two.at(-1), "2 of 3 groups are off the diagonal: do not read these curves as probabilities.");
});

Deno.test("saysCalibration(): curves that say nearly the same of everybody are said to", () => {
  const flat = saysCalibration("ViT", cohort([[.04, .4, 30], [.05, .4, 30]]), 24, { groups: 2 });
  assertStringIncludes(flat.join(" "), "All predictions lie between 0.04 and 0.05: the curves say nearly the same of");
  const none = { times: [0, 24], survival: [], months: [], event: [] };
  assertEquals(saysCalibration("ViT", none, 24), ["There is no calibration of ViT: it has no predictions."]);
});
