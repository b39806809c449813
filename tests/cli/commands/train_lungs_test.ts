import { assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { trainLungs } from "@ctsurv/cli/commands/train_lungs.ts";

const given = { output: "never-written", steps: "1", seed: "1" };

for (
  const [what, options, message] of [
    ["a training of no steps", { steps: "0" }, "--steps is 0"],
    ["a seed that is no number", { seed: "one" }, "--seed takes a whole number"],
    ["the seed of other phantoms", { seed: "5000000000" }, "below 1000000000"],
    ["a folder of scans that is not there", { real: "no-such-folder" }, "no such folder"],
    ["weights that are not there", { weights: "no-such-file" }, "no such file"],
    ["weights that are something else", { weights: "deno.json" }, "not a valid safetensors file"],
  ] as const
) {
  Deno.test(`train-lungs refuses ${what} before it writes anything`, async () => {
    await assertRejects(
      () => trainLungs.run({ positionals: [], options: { ...given, ...options } }),
      InputError,
      message,
    );
    await assertRejects(() => Deno.stat(given.output), Deno.errors.NotFound);
  });
}
