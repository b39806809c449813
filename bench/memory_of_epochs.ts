import { createRandom, median } from "@ctsurv/base/mod.ts";
import { createEngine } from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { headTrainer } from "@ctsurv/training/mod.ts";
import { peakMegabytes } from "./peak_megabytes.ts";

/**
 * `deno run -A bench/memory_of_epochs.ts [EPOCHS] [ENGINE]`: the resident memory of a process that trains one head, over
 * the epochs. The patients have between 5 and 128 slices of 1280 features. A program is made for each padded number of
 * slices, so memory rises until all of them have been met, and must then stay where it is. The last line is the growth
 * of the second half, which is what a longer training would add.
 */

const epochs = Number(Deno.args[0] ?? 1000);
if (!Number.isInteger(epochs) || epochs < 20) throw new RangeError(`EPOCHS is "${Deno.args[0]}": at least 20`);
const engine = await createEngine(Deno.args[1] ?? "onnx");

const FEATURES = 1280;
const PATIENTS = 16;

/** Patients who differ in slices, so that batches have every padded length. */
function drawPatients(): TrainingPatient[] {
  return Array.from({ length: PATIENTS }, (_, i) => {
    const random = createRandom(1, "memory", i);
    const slices = random.integer(5, 128);
    return {
      id: `${i}`,
      slices,
      features: Float32Array.from({ length: slices * FEATURES }, () => random.normal()),
      followUp: { months: 24 * random.uniform(), event: random.uniform() < 0.6 ? 1 : 0 },
    };
  });
}

const megabytes = () => Deno.memoryUsage().rss / 2 ** 20;
const curve: number[] = [];
const trainer = headTrainer(engine, { backboneFeatures: FEATURES }, {
  epochs,
  batchSize: 4,
  learningRate: 1e-4,
  dropout: 0.2,
  seed: 1,
});
console.log(`${engine.description}, ${PATIENTS} patients, ${epochs} epochs\n\nepoch  resident MB`);
const began = megabytes();
console.log(`${"0".padStart(5)}  ${began.toFixed(0).padStart(11)}`);
const every = Math.max(1, Math.floor(epochs / 20));
await trainer.train(drawPatients(), (epoch) => {
  curve.push(megabytes());
  if (epoch === 1 || epoch % every === 0) {
    console.log(`${String(epoch).padStart(5)}  ${curve.at(-1)!.toFixed(0).padStart(11)}`);
  }
});
await trainer.dispose();

// Medians, because what JavaScript has not freed yet comes and goes.
const tenth = Math.floor(epochs / 10);
const middle = median(curve.slice(epochs / 2, epochs / 2 + tenth));
const end = median(curve.slice(-tenth));
console.log(
  `\nFrom the middle (${middle.toFixed(0)} MB) to the end (${end.toFixed(0)} MB): ${(end - middle).toFixed(1)} MB; ` +
    `peak ${(await peakMegabytes()).toFixed(0)} MB`,
);
