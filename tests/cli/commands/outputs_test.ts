import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { type Command, parseCommand } from "@ctsurv/cli/command.ts";
import { clinical } from "@ctsurv/cli/commands/clinical.ts";
import { features } from "@ctsurv/cli/commands/features.ts";
import { fit } from "@ctsurv/cli/commands/fit.ts";
import { importCommand } from "@ctsurv/cli/commands/import.ts";
import { notebook } from "@ctsurv/cli/commands/notebook.ts";
import { phantom } from "@ctsurv/cli/commands/phantom.ts";
import { preprocess } from "@ctsurv/cli/commands/preprocess.ts";
import { reproduce } from "@ctsurv/cli/commands/reproduce.ts";
import { trainBackboneCommand } from "@ctsurv/cli/commands/train_backbone.ts";
import { trainLungs } from "@ctsurv/cli/commands/train_lungs.ts";
import { verify } from "@ctsurv/cli/commands/verify.ts";
import { weights } from "@ctsurv/cli/commands/weights.ts";
import { environmentOf } from "../../support/environment_of.ts";
import { inFolder } from "../../support/in_folder.ts";

const refused = async (command: Command, args: readonly string[], environment = environmentOf({})) =>
  (await assertRejects(() => command.run({ ...parseCommand(command, args), environment }), InputError)).message;

// What they are to read is not there: the output is looked at first.
Deno.test("commands refuse a folder where they are to write a file, before they read anything", () =>
  inFolder(async (dir) => {
    const folder = join(dir, "taken.safetensors");
    await Deno.mkdir(folder);
    const commands: [Command, string[]][] = [
      [features, ["--backbone", "alexnet", "--input", "none.npy", "--output", folder]],
      [fit, ["--cohort", "none", "--output", folder]],
      [clinical, ["--clinical", "none.csv", "--predictions", folder]],
      [notebook, ["none.ipynb", "--output", folder]],
    ];
    for (const [command, args] of commands) {
      assertEquals(await refused(command, args), `${folder} is a folder; give the name of a file in it`, command.name);
    }
  }));

Deno.test("commands refuse a file where they are to make a folder, before they read anything", () =>
  inFolder(async (dir) => {
    const file = join(dir, "notes.txt");
    await Deno.writeTextFile(file, "kept");
    const elsewhere = environmentOf({ CTSURV_OUTPUTS: join(dir, "outputs") });
    const commands: [Command, string[]][] = [
      [preprocess, ["--input", "none", "--output", file]],
      [trainLungs, ["--output", file, "--real", "none"]],
      [trainBackboneCommand, ["--output", file]],
      [phantom, ["--output", file]],
      [importCommand, ["--images", "none", "--clinical", "none.csv", "--output", file]],
      [reproduce, ["--profile", "smoke", "--output-notebooks", file]],
      [verify, ["--profile", "smoke", "--keep", join(file, "new"), "--against", "outputs/phantom-lung1-smoke"]],
    ];
    for (const [command, args] of commands) assertStringIncludes(await refused(command, args, elsewhere), file);
    assertStringIncludes(
      await refused(weights, ["fetch", "alexnet"], environmentOf({ CTSURV_WEIGHTS_DIR: file })),
      "notes.txt is a file; give the name of a folder",
    );
    assertEquals(await Deno.readTextFile(file), "kept");
  }));

Deno.test("commands refuse to write over what they read", () =>
  inFolder(async (dir) => {
    const table = join(dir, "clinical.csv");
    await Deno.writeTextFile(table, "PatientID,Survival.time,deadstatus.event\n");
    assertStringIncludes(
      await refused(clinical, ["--clinical", table, "--predictions", table]),
      "written over the input",
    );
    const args = ["--backbone", "alexnet", "--input", table, "--output", table];
    assertStringIncludes(await refused(features, args), "written over the input");
  }));
