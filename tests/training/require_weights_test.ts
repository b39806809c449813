import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "@ctsurv/common/mod.ts";
import { profiles, requireWeights } from "@ctsurv/training/mod.ts";
import { withEnv } from "../notebook/with_env.ts";
import { inFolder } from "../support/in_folder.ts";

const { backbones } = profiles.paper;

Deno.test("requireWeights() names every network whose weights are missing, at once, and how to get each", () =>
  inFolder((dir) =>
    withEnv({ CTSURV_WEIGHTS_DIR: dir, CTSURV_WEIGHTS: undefined }, async () => {
      const { message } = await assertRejects(() => requireWeights(backbones, "pretrained"), InputError) as Error;
      for (const name of backbones) assertStringIncludes(message, `ctsurv weights fetch ${name}`);
      assertEquals(message.split("CTSURV_WEIGHTS=seeded").length, 2);
    })
  ));

Deno.test("requireWeights() looks for none where seeded weights do, by the profile or by CTSURV_WEIGHTS", () =>
  inFolder((dir) =>
    withEnv({ CTSURV_WEIGHTS_DIR: dir, CTSURV_WEIGHTS: undefined }, async () => {
      assertEquals(await requireWeights(backbones, "seeded"), []);
      await withEnv({ CTSURV_WEIGHTS: "seeded" }, async () => {
        assertEquals(await requireWeights(backbones, "pretrained"), []);
      });
      await withEnv({ CTSURV_WEIGHTS: "pretrained" }, async () => {
        await assertRejects(() => requireWeights(["vgg16"], "seeded"), InputError, "vgg16");
      });
    })
  ));
