import { readVolume, summariseHu } from "@ctsurv/imaging/mod.ts";
import { type CheckpointNumbers, isCheckpoint, openCheckpoint } from "@ctsurv/weights/mod.ts";
import type { Command, CommandOutput } from "../command.ts";

/** Lists a file of weights: name, type, shape and sum (in float64) of every tensor, in the order of the file. */
async function inspectCheckpoint(path: string): Promise<CommandOutput> {
  using checkpoint = await openCheckpoint(path);
  const tensors = [];
  for (const [name, { dtype, shape }] of checkpoint.tensors) {
    tensors.push({ name, dtype, shape, sum: sum((await checkpoint.read(name)).data) });
  }
  const width = Math.max(0, ...tensors.map(({ name }) => name.length));
  const text = [
    path,
    `  kind     ${checkpoint.kind}`,
    `  tensors  ${tensors.length}`,
    ...tensors.map(({ name, dtype, shape, sum }) =>
      `    ${name.padEnd(width)}  ${dtype} [${shape.join(", ")}]  sum ${sum}`
    ),
  ].join("\n");
  return { text, json: { kind: checkpoint.kind, tensors } };
}

function sum(numbers: CheckpointNumbers): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += Number(numbers[i]);
  return total;
}

/** `ctsurv inspect PATH`: describes a CT as ctsurv reads it, or lists a file of weights. */
export const inspect: Command = {
  name: "inspect",
  summary: "Describe a CT (size, spacing, orientation, HU, warnings), or list the tensors in a file of weights.",
  positionals: ["PATH"],
  options: {
    series: { describe: "which series to read, if the folder holds several CT series", value: "UID" },
  },
  async run({ positionals, options }) {
    const path = positionals[0]!;
    if (await isCheckpoint(path)) return await inspectCheckpoint(path);
    const series = typeof options.series === "string" ? { series: options.series } : {};
    const { volume, warnings, source } = await readVolume(path, series);
    const json = {
      kind: source.kind,
      shape: volume.shape,
      spacing: volume.spacing.map(tidy),
      orientation: volume.orientation,
      hu: summariseHu(volume.hu),
      files: source.files.length,
      warnings,
    };
    const { hu, shape, spacing, orientation } = json;
    const text = [
      `${path}`,
      `  kind         ${source.kind}, ${source.files.length} ${source.files.length === 1 ? "file" : "files"}`,
      `  voxels       ${shape.join(" x ")} (slices x rows x columns)`,
      `  spacing      ${spacing.join(" x ")} mm`,
      `  orientation  ${orientation} (the sides towards which columns, rows and slices run)`,
      `  HU           ${tidy(hu.min)} to ${tidy(hu.max)}, mean ${(hu.sum / volume.hu.length).toFixed(1)}`,
      ...warnings.map((warning) => `  warning      ${warning}`),
    ].join("\n");
    return { text, json };
  },
};

/** Seven digits, the precision of a float32 header: 0.977 mm rather than 0.9769999980926514. */
function tidy(value: number): number {
  return Number(value.toPrecision(7));
}
