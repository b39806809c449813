import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePhantom } from "@ctsurv/cohort/mod.ts";
import { writeNpy } from "@ctsurv/imaging/mod.ts";
import { folderContents } from "./support/folder_contents.ts";
import { inFolder } from "./support/in_folder.ts";
import { lockedRun } from "./support/locked_run.ts";
import { coarse } from "./support/make_coarse_cohort.ts";

/** Pairs of processes of each kind; more are `CTSURV_PAIRS=50 deno test -A tests/two_processes_test.ts`. */
const pairs = Number(Deno.env.get("CTSURV_PAIRS") ?? 1);

const script = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const start = (args: readonly string[]) =>
  new Deno.Command(Deno.execPath(), { args: [...args], stdin: "null", stdout: "piped", stderr: "piped" });

/** Starts the same process twice and waits for both; each must end well. */
async function twice(...args: readonly string[]): Promise<void> {
  for (const { code, stderr } of await Promise.all([start(args).output(), start(args).output()])) {
    assertEquals(code, 0, new TextDecoder().decode(stderr));
  }
}
const ctsurv = (...args: readonly string[]) => twice(...lockedRun(script("../lib/cli/main.ts"), ...args));

Deno.test(`two processes at once make one phantom cohort, as one process does (pairs: ${pairs})`, () =>
  inFolder(async (dir) => {
    await ensurePhantom("phantom-lung1", join(dir, "alone"), { patients: 6, overrides: coarse });
    const alone = await folderContents(join(dir, "alone"));
    for (let pair = 1; pair <= pairs; pair++) {
      await twice(...lockedRun(script("./support/make_coarse_cohort.ts"), join(dir, "both"), "6"));
      assertEquals(await folderContents(join(dir, "both")), alone);
      await Deno.remove(join(dir, "both"), { recursive: true });
    }
  }));

Deno.test("a process that waits goes on where the one before it was killed", () =>
  inFolder(async (dir) => {
    await ensurePhantom("phantom-lung1", join(dir, "alone"), { patients: 8, overrides: coarse });
    const args = lockedRun(script("./support/make_coarse_cohort.ts"), join(dir, "both"), "8");
    const first = start(args).spawn();
    const second = start(args).spawn();
    // It is not known which of them got the lock: the one that is killed made a patient or waited for one.
    for await (const line of first.stdout.pipeThrough(new TextDecoderStream())) if (/[1-9]/.test(line)) break;
    try {
      first.kill("SIGKILL");
    } catch { /* It has ended already. */ }
    await Promise.all([first.status, first.stderr.cancel()]);
    const { code, stderr } = await second.output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertEquals(await folderContents(join(dir, "both")), await folderContents(join(dir, "alone")));
  }));

Deno.test(`two processes at once write the same features (pairs: ${pairs})`, () =>
  inFolder(async (dir) => {
    const [input, output] = [join(dir, "images.npy"), join(dir, "both", "features.npy")];
    const data = Float32Array.from({ length: 3 * 64 * 64 }, (_, i) => Math.sin(i / 50));
    await writeNpy(input, { data, shape: [1, 3, 64, 64] });
    let known: Record<string, string> | undefined;
    for (let pair = 1; pair <= pairs; pair++) {
      await ctsurv("features", "--backbone", "efficientnet_b0", "--input", input, "--output", output);
      const found = await folderContents(join(dir, "both"));
      assertEquals(Object.keys(found), ["features.npy"]);
      assertEquals(found, known ??= found);
      await Deno.remove(output);
    }
  }));

Deno.test(`two processes at once fit the same model with one cache (pairs: ${pairs})`, () =>
  inFolder(async (dir) => {
    const [cohort, both] = [join(dir, "cohort"), join(dir, "both")];
    await ensurePhantom("phantom-lung1", cohort, { patients: 3, overrides: coarse });
    const settings = ["--profile", "smoke", "--lungs", "threshold", "--cohort", cohort];
    let known: Record<string, string> | undefined;
    for (let pair = 1; pair <= pairs; pair++) {
      await ctsurv("fit", ...settings, "--output", join(both, "model.safetensors"), "--cache", join(both, "cache"));
      const found = await folderContents(both);
      assert("model.safetensors" in found);
      assertEquals(Object.keys(found).filter((path) => !/\.(slices|features|safetensors)$/.test(path)), []);
      assertEquals(found, known ??= found);
      await Deno.remove(both, { recursive: true });
    }
  }));
