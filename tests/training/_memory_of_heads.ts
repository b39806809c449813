// Prints by how many MB the process grows while heads are trained one after the other: head_optimiser_test.ts runs it.
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import { headOptimiser } from "@ctsurv/training/head_optimiser.ts";
import { quickly, toyPatients } from "./patients.ts";

const width = 1280;
const patients = toyPatients(8).map((patient) => ({
  ...patient,
  features: new Float32Array(patient.slices * width).fill(0.1),
}));
const optimiser = headOptimiser(onnxEngine({ threads: 1 }), { backboneFeatures: width }, quickly);
const train = async (heads: number) => {
  for (let count = 0; count < heads; count++) {
    const head = optimiser.begin();
    for (let step = 0; step < 10; step++) await head.step(patients.slice(step % 5, step % 5 + 3));
    await head.finish();
  }
};
await train(10);
const before = Deno.memoryUsage().rss;
await train(30);
console.log((Deno.memoryUsage().rss - before) / 1e6);
await optimiser.dispose();
