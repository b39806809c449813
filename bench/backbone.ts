import { createRandom } from "@ctsurv/base/mod.ts";
import {
  compile,
  type Engine,
  float32,
  hostTensor,
  isSpec,
  leaves,
  type tf,
  toTensors,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import type { Backbone, BackboneArchitecture } from "@ctsurv/nn/mod.ts";
import { type Contestant, local } from "./contestant.ts";

/** Slices of one run of a network of slices. */
const BATCH = 8;
/** Slices of the one volume of a run, 112 x 112, of a network of volumes. */
const DEPTH = 16;
const VOLUME_SIZE = 112;

/** What one run takes: [batch, rows, columns, 3], or [1, slices, rows, columns, 3]. */
function inputShape({ input, size }: BackboneArchitecture): readonly number[] {
  return input === "volume" ? [1, DEPTH, VOLUME_SIZE, VOLUME_SIZE, 3] : [BATCH, size, size, 3];
}

/** What one run is called, and how many slices it holds. */
export function describeRun(architecture: BackboneArchitecture): { readonly title: string; readonly slices: number } {
  const { title, input, size } = architecture;
  return input === "volume"
    ? { title: `${title}, one volume of ${DEPTH} x ${VOLUME_SIZE} x ${VOLUME_SIZE}, per slice`, slices: DEPTH }
    : { title: `${title}, batch ${BATCH} of ${size} x ${size}, per slice`, slices: BATCH };
}

/** How many trained numbers the pooled features are made with: the classifier is not among them. */
export function featureParameters({ spec }: BackboneArchitecture): number {
  return leaves(spec(), isSpec)
    .filter(({ path }) => !path.includes("running_") && !/^(classifier|fc|heads)\./.test(path))
    .reduce((sum, { value }) => sum + value.shape.reduce((product, dim) => product * dim, 1), 0);
}

/** Pooled features of a batch of slices, or of a volume. */
export async function backboneContestant(engine: Engine, backbone: Backbone, runs: number): Promise<Contestant> {
  const { architecture, parameters } = backbone;
  const tensors = toTensors<object>(parameters) as Tree<tf.Tensor>;
  const shape = inputShape(architecture);
  const program = await compile(engine, ({ slices }) => ({ features: architecture.forwardFeatures(slices, tensors) }), {
    slices: float32(...shape),
  });
  const random = createRandom(1, "bench");
  const size = shape.reduce((product, dim) => product * dim, 1);
  const slices = hostTensor(Float32Array.from({ length: size }, () => random.normal()), shape);
  return local(engine.description, runs, async () => {
    const { features } = await program.run({ slices });
    await features.read();
    features.dispose();
  });
}
