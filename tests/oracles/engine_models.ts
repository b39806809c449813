import { trace } from "@ctsurv/engine/_trace/trace.ts";
import { encodeModel } from "@ctsurv/engine/onnx/_encode_model.ts";
import type { TensorFunction } from "@ctsurv/engine/values.ts";
import { models, withGradients } from "../engine/models.ts";

/**
 * Writes the graphs of tests/engine/models.ts, forward and with gradients, as ONNX files for engine_models.py.
 *
 * Usage: deno run -A tests/oracles/engine_models.ts FOLDER
 */

const [folder] = Deno.args;
if (!folder) throw new Error("Usage: deno run -A tests/oracles/engine_models.ts FOLDER");
await Deno.mkdir(folder, { recursive: true });
for (const [name, model] of Object.entries(models)) {
  const forward = (inputs: Parameters<typeof model.fn>) => [model.fn(...inputs)];
  for (const [suffix, fn] of Object.entries({ forward, gradient: withGradients(model) })) {
    const { graph } = trace(fn as unknown as TensorFunction, model.signature);
    await Deno.writeFile(`${folder}/${name}_${suffix}.onnx`, encodeModel(graph));
  }
}
