import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { weights } from "@ctsurv/cli/commands/weights.ts";
import { environmentOf } from "../../support/environment_of.ts";
import { inFolder } from "../../support/in_folder.ts";
import { withServer } from "../../weights/file_server.ts";

const run = (args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
  weights.run({ ...parseCommand(weights, args), environment: environmentOf(variables) });

Deno.test("ctsurv weights list shows what there is, what is here, and under which licence", async () => {
  await inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/vgg16-397923af.pth`, new Uint8Array(5));
    const { text, json } = await run(["list"], { CTSURV_WEIGHTS_DIR: dir });
    const rows = json as { readonly name: string; readonly isPresent: boolean; readonly licence: string }[];
    assertEquals(rows.filter(({ isPresent }) => isPresent).map(({ name }) => name), ["vgg16.imagenet1k_v1"]);
    assertEquals(rows.find(({ name }) => name === "unet_r231.lungmask")!.licence, "Apache-2.0");
    assertStringIncludes(text, "resnet50.imagenet1k_v1 *");
    assertStringIncludes(text, `Folder: ${dir}`);
  });
});

Deno.test("ctsurv weights fetch refuses another file from a mirror, and keeps nothing", async () => {
  await inFolder((dir) =>
    withServer(new Uint8Array(10), {}, async ({ url }) => {
      const attempt = () => run(["fetch", "efficientnet_b0"], { CTSURV_WEIGHTS_DIR: dir, CTSURV_WEIGHTS_URL: url });
      await assertRejects(attempt, InputError, "has 10 bytes, not 21444401");
      assertEquals([...Deno.readDirSync(dir)], []);
    })
  );
});

Deno.test("ctsurv weights add refuses a file of no known network, and verify finds nothing", async () => {
  const good = new URL("../../fixtures/checkpoints/good/zip_basic.pth", import.meta.url).pathname;
  await inFolder(async (dir) => {
    const variables = { CTSURV_WEIGHTS_DIR: dir };
    await assertRejects(() => run(["add", good], variables), InputError, "not a file that ctsurv knows");
    const { text, json } = await run(["verify"], variables);
    assertEquals([text, json], [`No weights in ${dir}`, []]);
  });
});

Deno.test("ctsurv weights says what it takes", async () => {
  await assertRejects(() => run([]), InputError, "list|fetch|verify|add");
  await assertRejects(() => run(["toString"]), InputError, 'does not know "toString"');
  await assertRejects(() => run(["fetch"]), InputError, "needs names");
  await assertRejects(() => run(["fetch", "resnet"]), InputError, 'no weights "resnet"');
  await assertRejects(() => run(["fetch", "vgg16", "--timeout", "soon"]), InputError, "--timeout");
  await assertRejects(() => run(["list", "vgg16"]), InputError, "takes no more arguments");
  await assertRejects(() => run(["add", "a", "b"]), InputError, "one FILE");
  await assertRejects(() => run(["list", "--frobnicate"]), InputError, "--help");
});
