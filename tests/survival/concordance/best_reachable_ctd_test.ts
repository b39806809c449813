import { assertEquals, assertThrows } from "@std/assert";
import { bestReachableCtd } from "@ctsurv/survival/mod.ts";

const truth = [0.9, 0.5, 0.1].map((alive, i) => ({
  patient: `P${i + 1}`,
  tumourVolume: 1,
  linearPredictor: i,
  survival: Array.from({ length: 25 }, (_, month) => alive ** (month / 24)),
}));

Deno.test("bestReachableCtd() scores the true curves of these patients, whatever their order", () => {
  const died = (id: string, months: number) => ({ id, followUp: { months, event: 1 as const } });
  assertEquals(bestReachableCtd(truth, [died("P3", 2), died("P1", 20), died("P2", 10)]), 1);
  // Chance had P1, at the lowest risk, die first: two of three pairs are wrong.
  assertEquals(bestReachableCtd(truth, [died("P1", 1), died("P2", 20), died("P3", 10)]), 1 / 3);
});

Deno.test("bestReachableCtd() is null without comparable patients, and refuses strangers", () => {
  assertEquals(bestReachableCtd(truth, []), null);
  const alive = { months: 24, event: 0 as const };
  assertEquals(bestReachableCtd(truth, [{ id: "P1", followUp: alive }, { id: "P2", followUp: alive }]), null);
  assertThrows(() => bestReachableCtd(truth, [{ id: "Q", followUp: alive }]), Error, "no patient Q");
});
