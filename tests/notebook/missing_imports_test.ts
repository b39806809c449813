import { assertEquals, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { missingImports } from "@ctsurv/notebook/mod.ts";
import { temporaryNotebook } from "./support.ts";

async function missing(...sources: readonly string[]): Promise<string[]> {
  await using notebook = await temporaryNotebook(sources);
  return await missingImports(notebook.path);
}

Deno.test("missingImports() names folders and names that are not there, each once, in order", async () => {
  const found = await missing(
    'import { viewPatient, type PatientView, stratifiedFolds as folds } from "@ctsurv/training/mod.ts";',
    'import {\n  formatSeconds,\n} from "@ctsurv/common/mod.ts";\nimport { viewPatient } from "@ctsurv/training/mod.ts";',
    'import { trainUNet, warp } from "@ctsurv/lungs/training/mod.ts";',
  );
  const training = "viewPatient from @ctsurv/training/mod.ts";
  assertEquals(found, [training, "@ctsurv/common/mod.ts", "warp from @ctsurv/lungs/training/mod.ts"]);
});

Deno.test("missingImports() finds nothing in imports of today, of types and of other packages", async () => {
  const found = await missing(
    'import { openStudy, type Study } from "@ctsurv/study/mod.ts";',
    'import type { Gone } from "@ctsurv/gone/mod.ts";\nimport { z } from "zod";\nconst table = 1;',
  );
  assertEquals(found, []);
});

Deno.test("missingImports() refuses what is no notebook", async () => {
  await assertRejects(() => missingImports("deno.json"), InputError, "deno.json");
});
