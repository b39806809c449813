import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { ensurePhantom, openCohort } from "@ctsurv/cohort/mod.ts";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import { type ScanToPreprocess, sliceQueue } from "@ctsurv/features/mod.ts";
import { thresholdLungs } from "@ctsurv/imaging/mod.ts";
import { createLungSegmenter } from "@ctsurv/lungs/mod.ts";

async function withScans(use: (scans: readonly ScanToPreprocess[], dir: string) => Promise<void>) {
  const dir = await Deno.makeTempDir();
  try {
    const overrides = { matrix: 64, sliceThickness: 12 };
    await ensurePhantom("phantom-lung1", join(dir, "cohort"), { patients: 4, workers: 1, overrides });
    const { patients } = await openCohort(join(dir, "cohort"));
    await use(patients, dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function all(scans: readonly ScanToPreprocess[], options: Parameters<typeof sliceQueue>[1]) {
  const prepared = sliceQueue(scans, options);
  const found = [];
  for (const _ of scans) found.push(await prepared.next());
  prepared.close();
  return found;
}

Deno.test("sliceQueue() gives the same slices with one thread and with two, fresh and cached, in order", () =>
  withScans(async (scans, dir) => {
    const segmenter = await createLungSegmenter(onnxEngine(), { method: "unet" });
    const alone = await all(scans, { segmenter, folder: join(dir, "one"), threads: 1 });
    const together = await all(scans, { segmenter, folder: join(dir, "two"), threads: 2 });
    const cached = await all(scans, { segmenter, folder: join(dir, "two"), threads: 2 });
    assert(alone.every(({ isFromCache }) => !isFromCache) && cached.every(({ isFromCache }) => isFromCache));
    assertEquals(together, alone);
    assertEquals(cached.map((slices) => ({ ...slices, isFromCache: false })), alone);
    await segmenter.dispose();
  }));

Deno.test("sliceQueue(): a scan that cannot be used has the error that it has without threads; the others go on", () =>
  withScans(async ([first, second], dir) => {
    const missing = { id: "NOBODY", image: join(dir, "none.nii.gz") };
    const segmenter = await createLungSegmenter(onnxEngine(), { method: "threshold" });
    const messages: string[] = [];
    for (const threads of [1, 2]) {
      const folder = join(dir, `${threads}`);
      const prepared = sliceQueue([first!, missing, second!], { segmenter, folder, threads });
      const [before] = [await prepared.next()];
      messages.push((await assertRejects(() => prepared.next(), InputError)).message);
      assert(before.key !== (await prepared.next()).key);
      await assertRejects(() => prepared.next(), RangeError, "only 3 patients");
      prepared.close();
    }
    assertEquals(messages[1], messages[0]);
  }));

Deno.test("sliceQueue(): a segmenter that a thread cannot make is used here", () =>
  withScans(async (scans, dir) => {
    let calls = 0;
    const segmenter = {
      name: "counted",
      segment: (volume: Parameters<typeof thresholdLungs.segment>[0]) => {
        calls++;
        return thresholdLungs.segment(volume);
      },
    };
    await all(scans, { segmenter, folder: join(dir, "slices"), threads: 2 });
    assertEquals(calls, scans.length);
  }));

Deno.test("sliceQueue(): close() leaves what was begun, and nothing is preprocessed any more", () =>
  withScans(async (scans, dir) => {
    const segmenter = await createLungSegmenter(onnxEngine(), { method: "unet" });
    let calls = 0;
    const watched = { ...segmenter, segment: () => Promise.reject(new Error(`called ${++calls} times`)) };
    const prepared = sliceQueue(scans, { segmenter: watched, folder: join(dir, "slices"), threads: 2 });
    prepared.close();
    await assertRejects(() => prepared.next(), Error, "closed");
    assertEquals(calls, 0);
    await segmenter.dispose();
  }));
