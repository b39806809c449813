import { join } from "node:path";
import { checkOutputFolder, InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import { defaultSettings, preprocessReading, readVolume, writeNifti, writeNpy } from "@ctsurv/imaging/mod.ts";
import { openEngine, openLungs, readEnvironment } from "@ctsurv/study/mod.ts";
import type { Command } from "../command.ts";
import { lungsOption, parseLeastLung } from "../model_options.ts";

/** `ctsurv preprocess`: turns a CT into files of the slices that a backbone sees. */
export const preprocess: Command = {
  name: "preprocess",
  summary: "Turn a CT into the 224 x 224 lung slices that the networks see.",
  options: {
    input: { describe: "a DICOM folder or file, or a NIfTI file", value: "PATH", required: true },
    output: { describe: "folder for slices.npy, lungs.nii.gz and preprocess.json", value: "DIR", required: true },
    series: { describe: "which series to read, if the folder holds several CT series", value: "UID" },
    lungs: lungsOption,
    interpolation: { describe: "bspline or linear", value: "NAME", default: defaultSettings.interpolation },
    interior: {
      describe: "keep or drop slices with too little lung that lie between kept slices",
      value: "CHOICE",
      default: defaultSettings.interior,
    },
    "least-lung": {
      describe: "mL of lung below which the scan is refused",
      value: "ML",
      default: String(defaultSettings.leastLungVolume),
    },
  },
  async run({ options, environment = readEnvironment() }) {
    const { input, output } = options as { input: string; output: string };
    const given = {
      interpolation: oneOf("interpolation", options.interpolation, ["bspline", "linear"]),
      interior: oneOf("interior", options.interior, ["keep", "drop"]),
      leastLungVolume: parseLeastLung(String(options["least-lung"])),
    };
    await checkOutputFolder(output);
    const series = typeof options.series === "string" ? { series: options.series } : {};
    const reading = await readVolume(input, series);
    const segmenter = await openLungs(await openEngine(environment), options.lungs as string | undefined, environment);
    const result = await preprocessReading(reading, { ...given, segmenter, where: input });
    await segmenter.dispose();
    const { slices, size, kept, first, last, box, areas, lungVolume, resampled, lungs } = result;
    const json = {
      slices: resampled.shape[0],
      kept: kept.length,
      first,
      last,
      box,
      size,
      lungVolume: Math.round(lungVolume),
      segmenter: segmenter.name,
      warnings: reading.warnings,
    };
    await writeNpy(join(output, "slices.npy"), { data: slices, shape: [kept.length, size, size] });
    await writeNifti(join(output, "lungs.nii.gz"), { data: lungs, shape: resampled.shape, affine: resampled.affine });
    const settings = { ...defaultSettings, ...given };
    const record = { input, ...json, indices: kept, areas: [...areas], settings };
    await writeAtomic(join(output, "preprocess.json"), JSON.stringify(record, null, 2) + "\n");
    const text = [
      `${kept.length} of ${resampled.shape[0]} slices kept (${first} to ${last}), lungs ${json.lungVolume} mL`,
      `crop rows ${box.rows.join(" to ")}, columns ${box.columns.join(" to ")}`,
      ...reading.warnings.map((warning) => `warning: ${warning}`),
      `written to ${output}: slices.npy [${kept.length}, ${size}, ${size}], lungs.nii.gz, preprocess.json`,
    ].join("\n");
    return { text, json };
  },
};

function oneOf<T extends string>(name: string, value: string | true | undefined, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new InputError(`--${name} is ${value}; choose ${choices.join(" or ")}`);
  return choice;
}
