import { createRandom } from "@ctsurv/common/mod.ts";
import {
  compile,
  type Engine,
  float32,
  hostTensor,
  isSpec,
  leaves,
  type TensorSpec,
  type tf,
  toTensors,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import { type Backbone, efficientNetB0, seededBackbone } from "@ctsurv/nn/mod.ts";
import { type Contestant, local } from "./contestant.ts";

/** Slices of one run. */
export const BATCH = 8;

/** EfficientNet-B0 with its scales set, as every contestant in this process runs it. */
export function benchBackbone(engine: Engine): Promise<Backbone> {
  return seededBackbone(efficientNetB0, engine);
}

/** How many trained numbers the pooled features are made with: the classifier is not among them. */
export function featureParameters({ parameters }: Backbone): number {
  return leaves(parameters as Tree<TensorSpec>, isSpec)
    .filter(({ path }) => !path.includes("running_") && !path.startsWith("classifier."))
    .reduce((sum, { value }) => sum + value.shape.reduce((product, dim) => product * dim, 1), 0);
}

/** Pooled features of a batch of slices, 224 x 224. */
export async function backboneContestant(engine: Engine, backbone: Backbone, runs: number): Promise<Contestant> {
  const { architecture: { pooled, size } } = backbone;
  const tensors = toTensors<object>(backbone.parameters) as Tree<tf.Tensor>;
  const shape = [BATCH, size, size, 3] as const;
  const program = await compile(engine, ({ slices }) => ({ features: pooled(slices, tensors) }), {
    slices: float32(...shape),
  });
  const random = createRandom(1, "bench");
  const slices = hostTensor(Float32Array.from({ length: BATCH * size * size * 3 }, () => random.normal()), shape);
  return local(engine.description, runs, async () => {
    const { features } = await program.run({ slices });
    await features.read();
    features.dispose();
  });
}
