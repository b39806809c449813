import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { binLabel, type Discretisation } from "@ctsurv/survival/deephit/mod.ts";

const months = [0, 0.4, 1, 1.0001, 5.5, 23, 23.2, 24, 24.01, 30];
/** For deaths and for censorings at `months`: the bins, and from which column on a death counts as censored. */
const tables: Record<Discretisation, { died: number[]; censored: number[]; eventsUpTo: number }> = {
  interval: {
    died: [0, 0, 0, 1, 5, 22, 23, 23, 23, 23],
    censored: [-1, -1, 0, 0, 4, 22, 22, 23, 23, 23],
    eventsUpTo: 8,
  },
  nodes: {
    died: [0, 1, 1, 2, 6, 23, 24, 24, 24, 24],
    censored: [0, 0, 1, 1, 5, 23, 23, 24, 24, 24],
    eventsUpTo: 8,
  },
  lab: {
    died: [0, 0, 1, 1, 5, 23, 23, 23, 23, 23],
    censored: [0, 0, 1, 1, 5, 23, 23, 23, 23, 23],
    eventsUpTo: 7,
  },
};

for (const [scheme, { died, censored, eventsUpTo }] of Object.entries(tables)) {
  Deno.test(`binLabel() follows the table of the scheme "${scheme}"`, () => {
    const labels = (event: 0 | 1) =>
      months.map((months) => binLabel({ months, event }, { scheme: scheme as Discretisation }));
    assertEquals(labels(1), died.map((bin, i) => ({ bin, event: i < eventsUpTo ? 1 as const : 0 as const })));
    assertEquals(labels(0), censored.map((bin) => ({ bin, event: 0 as const })));
  });
}

Deno.test("binLabel() codes intervals unless told otherwise, and takes another horizon", () => {
  assertEquals(binLabel({ months: 5, event: 1 }), { bin: 4, event: 1 });
  assertEquals(binLabel({ months: 13, event: 1 }, { bins: 12 }), { bin: 11, event: 0 });
  assertEquals(binLabel({ months: 13, event: 1 }, { bins: 12, scheme: "lab" }), { bin: 11, event: 0 });
});

Deno.test("binLabel() never says that a patient was seen alive for longer than they were", () => {
  for (let months = 0; months <= 40; months += 0.125) {
    for (const scheme of ["interval", "nodes"] as const) {
      const { bin, event } = binLabel({ months, event: 0 }, { scheme });
      const aliveAt = scheme === "interval" ? bin + 1 : bin;
      assertEquals(event, 0);
      assertEquals(aliveAt, Math.floor(Math.min(months, 24)));
    }
  }
});

Deno.test("binLabel() refuses negative months", () => {
  assertThrows(() => binLabel({ months: -1, event: 0 }), InputError, "not -1");
});
