/**
 * The memory and time of every backbone on one engine: 8 slices of 224 x 224, or a volume of 16 such slices, each in a
 * process of its own. Usage: `deno run -A bench/engine_memory.ts [ENGINE]`.
 */
import { InputError } from "@ctsurv/base/mod.ts";
import { createEngine } from "@ctsurv/engine/mod.ts";
import { measureCost } from "@ctsurv/features/mod.ts";
import { backbones } from "@ctsurv/nn/mod.ts";
import { formatNumber, table } from "@ctsurv/report/mod.ts";

const [engine = "onnx", ...more] = Deno.args;
if (more.length > 0) throw new InputError(`One engine at a time, not also "${more.join(" ")}"`);
const { description } = await createEngine(engine);

const rows = [];
for (const { name, title, input, size } of Object.values(backbones)) {
  const slices = input === "volume" ? 16 : 8;
  rows.push({ title, slices, ...await measureCost({ model: name, engine, kind: input, slices, size }) });
}
console.log(
  table(rows, [
    { label: description, value: ({ title }) => title },
    { label: "Slices", value: ({ slices }) => slices },
    { label: "Peak, MB", value: ({ peakMemory }) => formatNumber(peakMemory / 2 ** 20, 0) },
    { label: "Time, s", value: ({ milliseconds }) => formatNumber(milliseconds / 1000, 2) },
  ]).markdown,
);
