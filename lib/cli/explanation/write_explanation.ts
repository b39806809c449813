import { join } from "node:path";
import { positivePart, type SaliencyMaps, type ScanExplanation } from "@ctsurv/analysis/mod.ts";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { type Box, defaultSettings, windowHu, writeNifti } from "@ctsurv/imaging/mod.ts";
import {
  escapeMarkup,
  formatNumber,
  type SliceHeat,
  sliceMontage,
  type SliceStack,
  sliceViewer,
} from "@ctsurv/report/mod.ts";
import type { ViewedScan } from "@ctsurv/training/mod.ts";

/** mm shown around the crop. */
const AROUND = 25;
/** Slices of most attention in the pictures. */
export const TOP_SLICES = 6;

/** What {@linkcode writeExplanation} says of the model. */
export interface ExplainedModel {
  /** Above the pictures, for people. */
  readonly facts: readonly string[];
  /** The month of the log odds. */
  readonly months: number;
}

/**
 * Writes an explanation into a folder: a page, pictures of the slices of most attention for light and dark pages, and
 * volumes on the scan's own grid for 3D Slicer and ITK-SNAP.
 *
 * @returns The names of the files.
 */
export async function writeExplanation(
  folder: string,
  scan: ViewedScan,
  explanation: ScanExplanation,
  { facts, months }: ExplainedModel,
): Promise<string[]> {
  const { maps, attention, bySlice, seen, byAttention, occlusion } = explanation;
  const { stack, box } = slicesAround(scan, seen);
  const label = `log odds of death within ${months} months`;
  const top = byAttention.slice(0, TOP_SLICES);
  const heat: SliceHeat = {
    ...maps,
    box,
    label: `${label}: orange raises them, blue lowers them (Grad-CAM without ReLU)`,
  };
  const files: string[] = [];
  const volume = async (name: string, data: Float32Array) => {
    await writeNifti(join(folder, name), {
      data,
      shape: scan.reading.volume.shape,
      affine: scan.reading.volume.affine,
    });
    files.push(name);
  };
  await volume("attention.nii.gz", explanation.attentionOnScan());
  await volume("grad_cam.nii.gz", explanation.onScan(positivePart(maps)));
  await volume("grad_cam_signed.nii.gz", explanation.onScan(maps));
  if (occlusion) await volume("occlusion.nii.gz", explanation.onScan(occlusion, occlusion.slices));

  const said = (i: number) => `attention ${formatNumber(attention[i], 3)}, adds ${formatNumber(bySlice[i], 2)}`;
  const caption = (i: number) => `slice ${seen[i]}: ${said(i)}`;
  const scale = 260 / stack.shape[2];
  const montage = async (name: string, heat: SliceHeat, slices: readonly number[]) => {
    for (const [suffix, appearance] of [["", "light"], ["_dark", "dark"]] as const) {
      await sliceMontage(stack, { slices, columns: 3, scale, heat, caption, appearance })
        .save(join(folder, `${name}${suffix}.png`));
      files.push(`${name}${suffix}.png`);
    }
  };
  await montage("grad_cam", heat, top);
  if (occlusion) {
    const covered = {
      ...spread(occlusion, occlusion.slices, seen.length),
      box,
      label: `${label}: with a patch as it is, less covered by lung`,
    };
    await montage("occlusion", covered, occlusion.slices);
  }
  const viewer = sliceViewer(stack, {
    label: `${scan.path}: slices that the model saw, with Grad-CAM`,
    spacing: scan.prepared.resampled.spacing[0] * (seen.at(-1)! - seen[0]!) / Math.max(1, seen.length - 1),
    slices: [...seen.keys()],
    width: 420,
    heat,
    caption: said,
  });
  await writeAtomic(join(folder, "explanation.html"), page(scan.path, facts, viewer.html, occlusion !== undefined));
  files.push("explanation.html");
  const slices = seen.map((slice, i) => ({ slice, attention: attention[i], adds: bySlice[i] }));
  const json = { input: scan.path, months, risk: explanation.risk, slices, files: [...files, "explanation.json"] };
  await writeAtomic(join(folder, "explanation.json"), JSON.stringify(json, null, 2) + "\n");
  return [...files, "explanation.json"];
}

/** The seen slices in their true proportions, with some of the body around the crop. */
function slicesAround({ prepared: { resampled: { hu, shape }, box } }: ViewedScan, seen: readonly number[]) {
  const [, rows, columns] = shape;
  const [top, bottom] = [Math.max(0, box.rows[0] - AROUND), Math.min(rows - 1, box.rows[1] + AROUND)];
  const [left, right] = [Math.max(0, box.columns[0] - AROUND), Math.min(columns - 1, box.columns[1] + AROUND)];
  const size = [bottom - top + 1, right - left + 1] as const;
  const data = new Float32Array(seen.length * size[0] * size[1]);
  let target = 0;
  for (const slice of seen) {
    for (let row = top; row <= bottom; row++, target += size[1]) {
      const line = (slice * rows + row) * columns;
      data.set(windowHu(Float32Array.from(hu.subarray(line + left, line + right + 1)), defaultSettings.window), target);
    }
  }
  const shifted: Box = {
    rows: [box.rows[0] - top, box.rows[1] - top],
    columns: [box.columns[0] - left, box.columns[1] - left],
  };
  const stack: SliceStack = { data, shape: [seen.length, ...size] };
  return { stack, box: shifted };
}

/** Maps of some slices among those of all, with zeros elsewhere. */
function spread(
  { data, shape: [, rows, columns] }: SaliencyMaps,
  slices: readonly number[],
  count: number,
): SaliencyMaps {
  const all = new Float32Array(count * rows * columns);
  slices.forEach((slice, i) => {
    all.set(data.subarray(i * rows * columns, (i + 1) * rows * columns), slice * rows * columns);
  });
  return { data: all, shape: [count, rows, columns] };
}

/** A page that follows the reader's choice of light or dark, without scripts. */
function page(title: string, facts: readonly string[], viewer: string, hasOcclusion: boolean): string {
  const picture = (name: string, alternative: string) =>
    `<picture><source srcset="${name}_dark.png" media="(prefers-color-scheme: dark)"><img src="${name}.png" ` +
    `alt="${alternative}" style="max-width: 100%"></picture>`;
  return `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeMarkup(title)}</title>
<style>:root { color-scheme: light dark } body { font: 15px/1.5 system-ui, sans-serif; max-width: 860px; margin: 2em auto; padding: 0 1em }</style>
<h1>Where the model looks</h1>
${facts.map((fact) => `<p>${escapeMarkup(fact)}</p>`).join("\n")}
<h2>Slices of most attention</h2>
${picture("grad_cam", "Slices of most attention with Grad-CAM in colour")}
${
    hasOcclusion
      ? `<h2>Occlusion</h2>\n${picture("occlusion", "The same slices with occlusion in colour")}\n`
      : ""
  }<h2>All slices that the model saw</h2>
${viewer}
</html>
`;
}
