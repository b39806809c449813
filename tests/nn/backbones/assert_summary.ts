import { assert, assertEquals } from "@std/assert";
import type { Summary } from "../../support/golden.ts";

/**
 * Asserts that two summaries agree within `allowed`.
 *
 * @param allowed Absolute. Default: 1e-5 of the largest entry, or of 0.01 if that is larger.
 */
export function assertSummary(
  actual: Summary,
  expected: Summary,
  name: string,
  allowed = 1e-5 * Math.max(-expected.min, expected.max, 0.01),
): void {
  assertEquals(actual.shape, expected.shape, name);
  for (const key of ["mean", "std", "min", "max", "probe", "first"] as const) {
    [actual[key]].flat().forEach((value, i) => {
      const wanted = [expected[key]].flat()[i]!;
      assert(Math.abs(value - wanted) <= allowed, `${name}: ${key} is ${value}, not ${wanted} (allowed ${allowed})`);
    });
  }
}
