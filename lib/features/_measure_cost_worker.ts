import { peakMemory } from "@ctsurv/base/mod.ts";
import { createEngine, type HostTensor, hostTensor, isSpec, mapTree, type Tree } from "@ctsurv/engine/mod.ts";
import { findBackbone } from "@ctsurv/nn/mod.ts";
import { featureExtractor } from "./feature_extractor.ts";
import { type CostToMeasure, type MeasuredCost, TIMED_RUNS } from "./measure_cost.ts";

/** Parameters that keep activations at their size: weights that average, variances of 1, no offsets. */
function constants(spec: Parameters<typeof mapTree>[0]): Tree<HostTensor> {
  return mapTree(spec as Tree<HostTensor>, isSpec, ({ shape }, path) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    const fanIn = size / (shape[0] ?? 1);
    const value = shape.length > 1 ? 1 / fanIn : /weight$|running_var$/.test(path) ? 1 : 0;
    return hostTensor(new Float32Array(size).fill(value), shape);
  }) as Tree<HostTensor>;
}

const { model, engine: choice, ...view } = JSON.parse(Deno.args[0]!) as CostToMeasure;
const engine = await createEngine(choice);
const before = Deno.memoryUsage().rss;
const architecture = findBackbone(model);
const source = { kind: "seeded", seed: 0, sha256: "constants" } as const;
const extractor = await featureExtractor(
  engine,
  { architecture, parameters: constants(architecture.spec()), source },
  view,
);
const images = new Float32Array(view.slices * view.size ** 2).fill(0.5);
const TIMES: number[] = [];
for (let run = 0; run <= TIMED_RUNS; run++) {
  const started = performance.now();
  await extractor.extract(images);
  TIMES.push(performance.now() - started);
}
const milliseconds = TIMES.slice(1).sort((a, b) => a - b)[TIMED_RUNS >> 1]!;
// Linux keeps the peak; elsewhere what is held now comes near it.
const peak = await peakMemory() ?? Deno.memoryUsage().rss;
await extractor.dispose();
console.log(
  JSON.stringify({ milliseconds, peakMemory: peak - before, engine: engine.description } satisfies MeasuredCost),
);
