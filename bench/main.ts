import { compile, cpuEngine, hostTensor, onnxEngine, signatureOf, type tf, wasmEngine } from "@ctsurv/engine/mod.ts";
import { createLungSegmenter } from "@ctsurv/lungs/mod.ts";
import { backbones, seededBackbone } from "@ctsurv/nn/mod.ts";
import { deepHitLoss } from "@ctsurv/survival/deephit/mod.ts";
import { sharedData } from "../tests/support/shared_data.ts";
import { backboneContestant, describeRun, featureParameters } from "./backbone.ts";
import { alternate, type Contestant } from "./contestant.ts";
import { compareCtd } from "./ctd.ts";
import { formatMeasurements } from "./format_measurements.ts";
import { compareLungs, type LungStages } from "./lungs.ts";
import { preprocessStages } from "./preprocess_stages.ts";
import { type PyTorch, startPyTorch } from "./pytorch.ts";
import { fusedStepContestant, headParameters, tracedStepContestant } from "./training_step.ts";

/**
 * `deno task bench`: the engines against each other and against PyTorch, in one run on one machine. With names, such as
 * `deno task bench vgg16 step`, only those. A folder of DICOM among them is the scan to preprocess, else
 * LUNG1-001 of ../shared/data.
 */

/** Of ONNX Runtime and of PyTorch; WebAssembly has its own. */
const THREADS = 2;

/** Runs of one round: of ONNX Runtime and of PyTorch. */
const RUNS = {
  efficientnet_b0: [10, 4],
  resnet50: [3, 3],
  vgg16: [1, 1],
  alexnet: [10, 10],
  vit_b_16: [1, 1],
  r3d_18: [1, 1],
  step: [40, 40],
  preprocess: [1, 0],
  r231: [1, 0],
  ctd: [1, 0],
} as const satisfies Record<string, readonly [number, number]>;
type Name = keyof typeof RUNS;

/** The training steps: of the workshop, and of whole scans. */
const steps = [5, 70, 128].flatMap((slices) =>
  [1, 2].map((threads) => ({ workload: `step-${slices}-${threads}`, slices, threads }))
);

const isName = (text: string): text is Name => Object.hasOwn(RUNS, text);
const asked = Deno.args.filter(isName);
const names = asked.length > 0 ? asked : Object.keys(RUNS).filter(isName);

const say = (text: string) => console.error(text);
const { model, cores } = await machine();
console.log(
  `${model}, ${cores} cores; Deno ${Deno.version.deno}; ONNX Runtime and PyTorch with ${THREADS} threads, ` +
    "where a table does not say otherwise\n",
);

say("Starting PyTorch; torch.compile may take a minute or two …");
const measured = names.filter((name) => RUNS[name][1] > 0)
  .flatMap((name) =>
    (name === "step" ? steps.map(({ workload }) => workload) : [name]).map((of) => [of, RUNS[name][1]])
  );
const pytorch = await startPyTorch(THREADS, Object.fromEntries(measured));
if (typeof pytorch !== "string") console.log(`PyTorch ${pytorch.version}\n`);
const onnx = onnxEngine({ threads: THREADS });
if (typeof pytorch !== "string") await checkSameWork(pytorch);

for (const name of names) {
  const [[runs], architecture] = [RUNS[name], backbones[name]];
  if (!architecture) continue;
  const { title, slices } = describeRun(architecture);
  const backbone = await seededBackbone(architecture, onnx);
  await compare(title, name, slices, [
    () => backboneContestant(onnx, backbone, runs),
    // WebAssembly takes minutes for the larger ones.
    ...(name === "efficientnet_b0" ? [async () => backboneContestant(await wasmEngine(), backbone, 1)] : []),
  ]);
}
if (names.includes("step")) {
  for (const { workload, slices, threads } of steps) {
    const title = `Training step, 4 patients x ${slices} slices, ${threads === 1 ? "1 thread" : `${threads} threads`}`;
    await compare(title, workload, 1, [
      () => fusedStepContestant(onnx, RUNS.step[0], { slices, threads }),
      () => tracedStepContestant(onnx, RUNS.step[0], { slices, threads }),
    ]);
  }
}
if (typeof pytorch === "string") {
  console.log(`PyTorch was not measured. ${pytorch}. Name a Python that has it: CTSURV_PYTHON=…\n`);
} else {
  for (const [name, reason] of Object.entries(pytorch.failures)) {
    console.log(`PyTorch, ${name}, did not run: ${reason}`);
  }
  await pytorch.close();
}

const scan = Deno.args.find((text) => !isName(text)) ?? sharedData("lung1/NSCLC-Radiomics/LUNG1-001");
if (names.includes("preprocess")) {
  for (const path of scan === undefined ? [undefined] : [undefined, scan]) {
    for (const method of ["unet", "threshold"]) {
      say(`preprocess, ${path ?? "a phantom"}, ${method} …`);
      const segmenter = await createLungSegmenter(onnx, { method });
      const { shape, kept, stages, peakMegabytes } = await preprocessStages(segmenter, { scan: path });
      await segmenter.dispose();
      const what = `${path ? "a scan" : "a phantom"} of ${shape.join(" x ")}, ${segmenter.name}, ${kept} slices kept`;
      const memory = `at most ${Math.round(peakMegabytes)} MB`;
      console.log(formatMeasurements(`ctsurv preprocess, ${what}, ${memory}`, stages) + "\n");
    }
  }
}

if (names.includes("r231")) {
  say(`preprocess with R231: ${scan ?? "no scan named"} …`);
  for (const result of scan === undefined ? [] : await compareLungs(scan, THREADS)) {
    console.log(`\n${describe(result)}`);
  }
}

if (names.includes("ctd")) {
  say("Ctd, up to a million patients; pycox takes about a minute …");
  console.log(`\n${await compareCtd()}`);
}
Deno.exit(0);

async function compare(
  title: string,
  workload: string,
  per: number,
  ours: readonly (() => Promise<Contestant>)[],
): Promise<void> {
  say(`${title} …`);
  const contestants: Contestant[] = [];
  for (const make of ours) contestants.push(await make());
  if (typeof pytorch !== "string") contestants.push(...pytorch.contestants[workload] ?? []);
  console.log(formatMeasurements(title, await alternate(contestants), per) + "\n");
}

function describe(result: LungStages | string): string {
  if (typeof result === "string") return `PreprocessedScan with R231 was not measured. ${result}`;
  const { name, shape, kept, voxels, stages, peakMegabytes } = result;
  const times = Object.entries(stages).map(([name, ms]) => ({ name, times: [ms] }));
  const whole = Object.values(stages).reduce((sum, ms) => sum + ms, 0);
  return [
    `PreprocessedScan with R231, ${name}: ${shape.join(" x ")}, ${kept} slices kept, ${voxels} lung voxels, at most ` +
    `${Math.round(peakMegabytes)} MB`,
    formatMeasurements("one run", [{ name: "all of it", times: [whole] }, ...times]),
  ].join("\n");
}

/** Refuses to compare different networks or losses. */
async function checkSameWork({ parameters, loss }: PyTorch): Promise<void> {
  for (const [workload, theirs] of Object.entries(parameters)) {
    const ours = workload.startsWith("step-") ? headParameters() : featureParameters(backbones[workload]!);
    if (ours !== theirs) {
      throw new Error(`${workload}: ${ours} parameters here, ${theirs} in bench/pytorch.py`);
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
