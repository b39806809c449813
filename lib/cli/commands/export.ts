import { checkOutputFile, InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import { writeNpy } from "@ctsurv/imaging/mod.ts";
import { openEngine, openLungs, readEnvironment } from "@ctsurv/study/mod.ts";
import { exportModel, loadModel, sliceHu, viewScan } from "@ctsurv/training/mod.ts";
import type { Command } from "../command.ts";
import { lungsOption } from "../model_options.ts";

/** `ctsurv export`: a model and the slices of a scan, for other programs. */
export const exportCommand: Command = {
  name: "export",
  summary: "Write a model from `ctsurv fit` as an ONNX file, and the slices of a scan as the file takes them.",
  options: {
    model: { describe: "a model from `ctsurv fit`", value: "FILE.safetensors", required: true },
    onnx: {
      describe: "where to write the model: window of HU, normalisation, backbone and head in one graph",
      value: "FILE.onnx",
    },
    slices: {
      describe: "where to write the slices of --input that the model sees: float32 [slices, 224, 224] in HU",
      value: "FILE.npy",
    },
    input: { describe: "with --slices: a DICOM folder or a NIfTI file", value: "PATH" },
    series: { describe: "which series to read, if the folder holds several CT series", value: "UID" },
    lungs: lungsOption,
  },
  async run({ options, environment = readEnvironment() }) {
    const modelPath = String(options.model);
    const { onnx, slices, input, series, lungs } = options as Record<string, string | undefined>;
    if (onnx === undefined && slices === undefined) {
      throw new InputError("There is nothing to export: give --onnx FILE.onnx, --slices FILE.npy or both");
    }
    if ((slices === undefined) !== (input === undefined)) {
      throw new InputError("--slices and --input go together: the slices of which scan, and where to write them");
    }
    for (const [file, ending] of [[onnx, ".onnx"], [slices, ".npy"]] as const) {
      if (file === undefined) continue;
      if (!file.endsWith(ending)) throw new InputError(`${file}: the name must end in ${ending}`);
      await checkOutputFile(file, { inputs: [modelPath] });
    }
    const engine = await openEngine(environment);
    const model = await loadModel(modelPath, engine, { weightsFolder: environment.weightsFolder });
    const { size } = model.view;
    const json: Record<string, unknown> = { model: modelPath };
    const text: string[] = [];
    if (onnx !== undefined) {
      const file = exportModel(model);
      await writeAtomic(onnx, file);
      const bins = model.shape.bins ?? 24;
      Object.assign(json, { onnx, bytes: file.length });
      text.push(
        `${onnx}: ${(file.length / 1e6).toFixed(1)} MB, hu float32[slices, ${size}, ${size}] -> ` +
          `survival float32[${bins + 1}], attention float32[slices]`,
      );
    }
    if (slices !== undefined) {
      const segmenter = await openLungs(engine, lungs, environment);
      const scan = await viewScan(input!, model, { segmenter, ...series !== undefined && { series } });
      await segmenter.dispose();
      const hu = sliceHu(scan);
      await writeNpy(slices, hu);
      const { viewed: { seen }, prepared: { kept }, reading: { warnings } } = scan;
      Object.assign(json, { slices, shape: hu.shape, seen: seen.map((i) => kept[i]), warnings });
      text.push(
        ...warnings.map((warning) => `Warning: ${warning}`),
        `${slices}: float32 [${hu.shape.join(", ")}] in HU, from feet to head`,
      );
    }
    return { json, text: text.join("\n") };
  },
};
