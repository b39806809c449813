import { join } from "node:path";
import { writeNifti } from "@ctsurv/imaging/mod.ts";
import { openStudy, type Study } from "@ctsurv/study/mod.ts";
import { environmentOf } from "./environment_of.ts";
import { crudeChest } from "./test_volume.ts";

/** Writes a cohort of crude chests, two of three patients dead; `darker` makes other chests of another cohort. */
export async function writeCrudeCohort(
  folder: string,
  { name = "Crude", darker = 0, patients = 9 }: {
    readonly name?: string;
    readonly darker?: number;
    readonly patients?: number;
  } = {},
): Promise<void> {
  const rows = ["PatientID,age,gender,Survival.time,deadstatus.event"];
  for (let i = 0; i < patients; i++) {
    const { hu, shape, affine } = crudeChest({ lung: 42 + i % 9, lungHu: -860 + 11 * i - darker });
    await writeNifti(join(folder, "images", `P${i}.nii.gz`), { data: hu as Int16Array, shape, affine });
    rows.push(
      `P${i},${60 + i},${i < 6 ? "male" : "female"},${100 + 70 * (i % 9) + Math.floor(i / 9)},${i % 3 === 2 ? 0 : 1}`,
    );
  }
  await Deno.writeTextFile(join(folder, "clinical.csv"), rows.join("\n") + "\n");
  const manifest = { format: 1, name, source: "made up", licence: "MIT", exclusions: [] };
  await Deno.writeTextFile(join(folder, "cohort.json"), JSON.stringify(manifest));
}

/** A smoke study of a crude cohort, under the protocol workshop. */
export function openCrudeStudy(
  dir: string,
  { cohort = "cohort", outputs, set, needsFolds = true }: {
    readonly cohort?: string;
    readonly outputs: string;
    readonly set?: string;
    readonly needsFolds?: boolean;
  },
): Promise<Study> {
  return openStudy({
    environment: environmentOf({
      CTSURV_PROFILE: "smoke",
      CTSURV_SET: ["lungs=threshold", ...set === undefined ? [] : [set]].join(","),
      CTSURV_ENGINE: "onnx",
      CTSURV_COHORT: join(dir, cohort),
      CTSURV_OUTPUTS: join(dir, outputs),
      CTSURV_WEIGHTS_DIR: join(dir, "no-weights"),
    }),
    cache: join(dir, "cache"),
    needsFolds,
  });
}
