/**
 * `deno task bench`: the engines against each other and against PyTorch, in one run on one machine. A folder of DICOM after
 * it is the scan to preprocess with R231, else LUNG1-001 of ../shared/data.
 */
import { compile, cpuEngine, hostTensor, onnxEngine, signatureOf, type tf, wasmEngine } from "@ctsurv/engine/mod.ts";
import { deepHitLoss } from "@ctsurv/survival/mod.ts";
import { backboneContestant, BATCH, benchBackbone, featureParameters } from "./backbone.ts";
import { alternate, type Contestant } from "./contestant.ts";
import { formatMeasurements } from "./format_measurements.ts";
import { compareLungs, type LungStages } from "./lungs.ts";
import { preprocessStages } from "./preprocess_stages.ts";
import { type PyTorch, startPyTorch } from "./pytorch.ts";
import { sharedData } from "../tests/support/shared_data.ts";
import { headParameters, trainingStepContestant } from "./training_step.ts";

/** Of ONNX Runtime and of PyTorch; WebAssembly has its own. */
const THREADS = 2;

const say = (text: string) => console.error(text);
const { model, cores } = await machine();
console.log(`${model}, ${cores} cores; Deno ${Deno.version.deno}; ONNX Runtime and PyTorch with ${THREADS} threads\n`);

say("Starting PyTorch; torch.compile may take a minute or two …");
const pytorch = await startPyTorch(THREADS, { backbone: 4, step: 20 });
const onnx = onnxEngine({ threads: THREADS });
const backbone = await benchBackbone(onnx);
if (typeof pytorch !== "string") await checkSameWork(pytorch);

await compare(`EfficientNet-B0, batch ${BATCH} of 224 x 224, per slice`, "backbone", BATCH, [
  () => backboneContestant(onnx, backbone, 10),
  async () => backboneContestant(await wasmEngine(), backbone, 1),
]);
await compare("Training step, 4 patients x 128 slices", "step", 1, [
  () => trainingStepContestant(onnx, 40),
  async () => trainingStepContestant(await wasmEngine(), 2),
]);
if (typeof pytorch === "string") {
  console.log(`PyTorch was not measured. ${pytorch}. Name a Python that has it: CTSURV_PYTHON=…\n`);
} else {
  for (const [name, reason] of Object.entries(pytorch.failures)) {
    console.log(`PyTorch, ${name}, did not run: ${reason}`);
  }
  await pytorch.close();
}

say("preprocess …");
const { shape, kept, stages } = await preprocessStages();
console.log(formatMeasurements(`ctsurv preprocess, a phantom of ${shape.join(" x ")}, ${kept} slices kept`, stages));

const scan = Deno.args[0] ?? sharedData("lung1/NSCLC-Radiomics/LUNG1-001");
say(`preprocess with R231: ${scan ?? "no scan named"} …`);
for (const result of scan === undefined ? [] : await compareLungs(scan, THREADS)) console.log(`\n${describe(result)}`);
Deno.exit(0);

async function compare(
  title: string,
  workload: "backbone" | "step",
  per: number,
  ours: readonly (() => Promise<Contestant>)[],
): Promise<void> {
  say(`${title} …`);
  const contestants: Contestant[] = [];
  for (const make of ours) contestants.push(await make());
  if (typeof pytorch !== "string") contestants.push(...pytorch.contestants[workload]);
  console.log(formatMeasurements(title, await alternate(contestants), per) + "\n");
}

function describe(result: LungStages | string): string {
  if (typeof result === "string") return `Preprocessing with R231 was not measured. ${result}`;
  const { name, shape, kept, voxels, stages, peakMegabytes } = result;
  const times = Object.entries(stages).map(([name, ms]) => ({ name, times: [ms] }));
  const whole = Object.values(stages).reduce((sum, ms) => sum + ms, 0);
  return [
    `Preprocessing with R231, ${name}: ${shape.join(" x ")}, ${kept} slices kept, ${voxels} lung voxels, at most ` +
    `${Math.round(peakMegabytes)} MB`,
    formatMeasurements("one run", [{ name: "all of it", times: [whole] }, ...times]),
  ].join("\n");
}

/** Refuses to compare different networks or losses. */
async function checkSameWork({ parameters, loss }: PyTorch): Promise<void> {
  const ours = { backbone: featureParameters(backbone), step: headParameters() };
  for (const workload of ["backbone", "step"] as const) {
    if (ours[workload] !== parameters[workload]) {
      throw new Error(`${workload}: ${ours[workload]} parameters here, ${parameters[workload]} in bench/pytorch.py`);
    }
  }
  const inputs = {
    logits: hostTensor(Array.from({ length: 4 * 24 }, (_, i) => Math.sin(i)), [4, 24]),
    bin: hostTensor([3, 10, 23, 15], [4]),
    event: hostTensor([1, 1, 0, 1], [4]),
    weight: hostTensor([1, 1, 1, 1], [4]),
  };
  const program = await compile(cpuEngine(), ({ logits, ...labels }) => ({
    loss: deepHitLoss(logits, labels as { bin: tf.Tensor; event: tf.Tensor; weight: tf.Tensor }),
  }), signatureOf(inputs));
  const [value] = await (await program.run(inputs)).loss.read();
  if (!(Math.abs(value! - loss) < 1e-5 * Math.abs(loss))) {
    throw new Error(`Loss ${value} here, ${loss} in bench/pytorch.py`);
  }
}

async function machine(): Promise<{ model: string; cores: number }> {
  const cpus = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const model = /^model name\s*: (.*)$/m.exec(cpus)?.[1] ?? `${Deno.build.os} ${Deno.build.arch}`;
  return { model, cores: navigator.hardwareConcurrency };
}
