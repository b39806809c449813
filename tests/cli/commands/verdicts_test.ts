import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { methods } from "@ctsurv/cli/commands/methods.ts";
import { verdicts } from "@ctsurv/cli/commands/verdicts.ts";
import { readVerdicts } from "@ctsurv/report/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const smoke = fileURLToPath(new URL("../../../outputs/phantom-lung1-smoke", import.meta.url));

Deno.test("verdicts prints the table, the reasons and the rule, and writes files only where asked to", async () => {
  await inFolder(async (folder) => {
    await Deno.copyFile(join(smoke, "table1.json"), join(folder, "table1.json"));
    const { text, json } = await verdicts.run(parseCommand(verdicts, [folder]));
    for (const part of ["The paper's claims on phantom-lung1", "Why:", "The rule:", "not testable here"]) {
      assertStringIncludes(text, part);
    }
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["table1.json"]);
    await verdicts.run(parseCommand(verdicts, [folder, "--write"]));
    assertEquals(await readVerdicts(join(folder, "verdicts.json")), json);
    assertEquals(await Deno.readTextFile(join(folder, "verdicts.md")), text);
  });
  await assertRejects(() => verdicts.run(parseCommand(verdicts, ["nowhere"])), InputError, "nowhere");
});

Deno.test("methods prints one paragraph, and what a paper needs besides", async () => {
  const { text, json } = await methods.run(parseCommand(methods, [smoke]));
  const { paragraph, sentences, toAdd } = json as Record<string, string & string[]>;
  assertEquals(text.split("\n")[0], paragraph);
  assertEquals(sentences!.join(" "), paragraph);
  for (const line of toAdd!) assertStringIncludes(text, `- ${line}`);
  await assertRejects(() => methods.run(parseCommand(methods, ["nowhere"])), InputError, "table1.json");
});
