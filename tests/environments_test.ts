import { assert, assertEquals } from "@std/assert";
import { profiles } from "@ctsurv/study/mod.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../${path}`, import.meta.url));

Deno.test("whoever installs Deno installs the same version", async () => {
  const versions = new Set<string>();
  for (const path of [".devcontainer/Dockerfile", ".binder/postBuild", ".ci/run", "README.md"]) {
    const found = [...(await read(path)).matchAll(/(?:deno@|version=)(\d+\.\d+\.\d+)/g)].map(([, version]) => version!);
    assert(found.length > 0, path);
    for (const version of found) versions.add(version);
  }
  assertEquals(versions.size, 1, [...versions].join());
});

Deno.test("devcontainer.json is plain JSON, and its Dockerfile is there", async () => {
  const { build, postCreateCommand } = JSON.parse(await read(".devcontainer/devcontainer.json"));
  await read(`.devcontainer/${build.dockerfile}`);
  assert(postCreateCommand.endsWith("ctsurv kernel"));
});

Deno.test("Binder's image holds the cohorts that its profile opens", async () => {
  assert((await read(".binder/start")).includes("CTSURV_PROFILE:-smoke"));
  const postBuild = await read(".binder/postBuild");
  for (const [name, patients] of Object.entries(profiles.smoke.phantomPatients)) {
    assert(
      postBuild.includes(
        `--cohort phantom-${name} --patients ${patients} --output data/cohorts/phantom-${name}-${patients}\n`,
      ),
    );
  }
});

Deno.test({
  name: "Binder can run its scripts",
  ignore: Deno.build.os === "windows",
  async fn() {
    for (const script of ["postBuild", "start"]) {
      const { mode } = await Deno.stat(new URL(`../.binder/${script}`, import.meta.url));
      assert((mode! & 0o111) === 0o111, script);
    }
  },
});
