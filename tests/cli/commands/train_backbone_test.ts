import { assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { trainBackboneCommand } from "@ctsurv/cli/commands/train_backbone.ts";

const given = { output: "never-written", steps: "1", seed: "1", phantoms: "2" };

for (
  const [what, options, message] of [
    ["a training of no steps", { steps: "0" }, "--steps is 0"],
    ["a seed that is no number", { seed: "one" }, "--seed takes a whole number"],
    ["the seed of other phantoms", { seed: "8000000000" }, "below 1000000000"],
    ["an evaluation on one phantom", { phantoms: "1" }, "2 or more"],
    ["a folder of weights that is not there", { weights: "no-such-folder" }, "it has no efficientnet_b0_phantom"],
  ] as const
) {
  Deno.test(`train-backbone refuses ${what} before it writes anything`, async () => {
    await assertRejects(
      () => trainBackboneCommand.run({ positionals: [], options: { ...given, ...options } }),
      InputError,
      message,
    );
    await assertRejects(() => Deno.stat(given.output), Deno.errors.NotFound);
  });
}
