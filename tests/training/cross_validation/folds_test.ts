import { assert, assertEquals, assertThrows } from "@std/assert";
import cases from "../../fixtures/folds.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import { stratifiedFolds } from "@ctsurv/training/mod.ts";

Deno.test("stratifiedFolds() deals every patient as scikit-learn does", () => {
  assert(cases.length >= 40);
  for (const { labels, folds, seed, testFold } of cases) {
    const dealt = Array.from(stratifiedFolds([...labels], { folds, seed }), (fold) => fold.toString(36)).join("");
    assertEquals(dealt, testFold, `${labels.length} patients, ${folds} folds, seed ${seed}`);
  }
});

Deno.test("stratifiedFolds() of LUNG1's 415 patients: each fold has 41 or 42, of whom 25 or 26 died", () => {
  const died = Array.from({ length: 415 }, (_, i) => Number(i * 251 % 415 < 251));
  assertEquals(died.reduce((a, b) => a + b), 251);
  const fold = stratifiedFolds(died);
  for (let f = 0; f < 10; f++) {
    const tested = died.filter((_, i) => fold[i] === f);
    assert(tested.length === 41 || tested.length === 42);
    const deaths = tested.reduce((a, b) => a + b);
    assert(deaths === 25 || deaths === 26);
  }
});

Deno.test("stratifiedFolds() depends on which labels are equal, not on what they are", () => {
  const labels = [0, 1, 1, 0, 1, 0, 0, 1, 1];
  assertEquals(
    stratifiedFolds(labels, { folds: 3 }),
    stratifiedFolds(labels.map((l) => ["dead", "alive"][l]!), { folds: 3 }),
  );
});

Deno.test("stratifiedFolds() spreads a label with fewer patients than folds", () => {
  const fold = stratifiedFolds([1, 0, 0, 0, 0, 0, 1, 0], { folds: 5 });
  assert(fold[0] !== fold[6]);
});

Deno.test("stratifiedFolds() refuses more folds than the most common label has patients, and a folly", () => {
  assertThrows(() => stratifiedFolds([0, 1, 0, 1, 0]), InputError, "the most common one has 3 of 5. Use fewer folds");
  assertThrows(() => stratifiedFolds([], { folds: 2 }), InputError, "has 0 of 0");
  assertThrows(() => stratifiedFolds([0, 0], { folds: 1 }), InputError, "2 or more folds, not 1");
  assertThrows(() => stratifiedFolds([0, 0], { folds: 2, seed: -1 }), InputError, "not -1");
  assertThrows(() => stratifiedFolds([0, 0], { folds: 2, seed: 0.5 }), InputError, "not 0.5");
});
