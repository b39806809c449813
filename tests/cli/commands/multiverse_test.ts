import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { multiverse } from "@ctsurv/cli/commands/multiverse.ts";
import { ensurePhantom } from "@ctsurv/cohort/mod.ts";
import { type MultiverseResult, readMultiverse, resultFiles } from "@ctsurv/report/mod.ts";
import { environmentOf } from "../../support/environment_of.ts";
import { coarse } from "../../support/make_coarse_cohort.ts";

let dir = "";
Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
  await ensurePhantom("phantom-lung1", join(dir, "cohort"), { patients: 12, overrides: coarse });
});
Deno.test.afterAll(() => Deno.remove(dir, { recursive: true }));

async function run(output: string, ...args: string[]) {
  const given = parseCommand(multiverse, [
    ...["--cohort", join(dir, "cohort"), "--profile", "smoke", "--cache", join(dir, "cache")],
    ...["--output", join(dir, output), ...args],
  ]);
  const environment = environmentOf({ CTSURV_LUNGS: "threshold", CTSURV_ENGINE: "onnx" });
  const { text, json } = await multiverse.run({ ...given, environment });
  return { text, json: json as MultiverseResult & { readonly folder: string } };
}

Deno.test("multiverse at smoke size: EfficientNet-B0 under some changes, as files and as text; a second run adds a row", async () => {
  const changes = ["attention", "lastBatch", "labels", "readout", "sliceOrder", "tail"];
  const { text, json } = await run("b0", ...changes.flatMap((change) => ["--change", change]));
  assertEquals(json.headline.protocol, "workshop, lungs=threshold");
  const found = new Map(json.rows.map(({ name, effect }) => [name, effect]));
  for (const change of changes) assert([...found.keys()].some((name) => name.startsWith(`${change}=`)), change);
  assertEquals(found.get("readout=penultimate"), "none");
  assertEquals(found.get("sliceOrder=head-to-feet"), "rounding");
  // Phantoms are censored at 24 months alone, and eight of twelve are two whole batches: the rows say so.
  const silent = /^(readout|labels|lastBatch)=/;
  const ofBatches = json.rows.find(({ name }) => name === "lastBatch=drop")?.note;
  assertEquals(ofBatches, "every fold trains on whole batches of 4");
  for (const { name, effect, note, difference } of json.rows) {
    assert(difference !== null, name);
    if (!silent.test(name) && !name.startsWith("sliceOrder")) assertEquals(effect, "moved", name);
    assertEquals(note === undefined, effect === "moved", name);
  }
  assertStringIncludes(text, "attention: linear");
  assertStringIncludes(text, json.folder);
  const files = await resultFiles(json.folder);
  for (const file of ["multiverse.json", "multiverse.md", "multiverse.csv", "figures/multiverse.svg"]) {
    assert(files.includes(file), file);
  }
  const more = await run("b0", "--change", "attention=linear", "--change", "dropout=0");
  assertEquals(more.json.rows[0], json.rows.find(({ name }) => name === "attention=linear"));
  assertEquals((await readMultiverse(join(json.folder, "multiverse.json"))).rows.length, 2);
});

Deno.test("multiverse --protocol ascent: its own Ctd, and another one, which also chooses the epoch", async () => {
  const { json } = await run("ascent", "--protocol", "ascent", "--model", "alexnet", "--change", "ctd=risk");
  assertEquals(json.headline.protocol, "ascent, lungs=threshold");
  const { choices } = json.provenance.protocol!;
  assertEquals([choices.ctd, choices.initialisation, choices.readout, choices.trunkMode], [
    ...["authors", "xavier", "penultimate", "evaluation"],
  ]);
  const [{ name, note }] = json.rows as [MultiverseResult["rows"][number]];
  assertEquals(name, "ctd=risk");
  assert(note === undefined || note.includes("the same epoch"), note);
});

Deno.test("multiverse refuses a model without images, and a change that is none", async () => {
  await assertRejects(() => run("refused", "--model", "clinical"), InputError, "no images");
  await assertRejects(() => run("refused", "--change", "weather=fine"), InputError, 'Unknown choice "weather"');
});
