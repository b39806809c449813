import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { numberKinds, profileTolerances, withTolerances } from "@ctsurv/report/mod.ts";

const brief = profileTolerances("smoke");

Deno.test("withTolerances() sets one kind, or all, and the later counts", () => {
  assertEquals(withTolerances(brief, []), brief);
  assertEquals(withTolerances(brief, ["ctd=0.02"]), { ...brief, ctd: 0.02 });
  assertEquals(
    withTolerances(brief, ["ctd=1", "0", "survival=1e-5"]),
    {
      ...Object.fromEntries(Object.keys(numberKinds).map((kind) => [kind, 0])),
      survival: 1e-5,
    } as typeof brief,
  );
});

Deno.test("withTolerances() refuses what is no kind or no number from 0", () => {
  assertThrows(
    () => withTolerances(brief, ["colour=1"]),
    InputError,
    'Unknown kind of number "colour" in --tolerance: choose one of ctd,',
  );
  for (const text of ["", "ctd=", "-1", "0.1.2", "ctd=NaN"]) {
    assertThrows(() => withTolerances(brief, [text]), InputError, "takes a number of 0 or more");
  }
});
