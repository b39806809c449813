import { InputError } from "@ctsurv/common/mod.ts";
import type { TensorSpec, tf, Tree } from "@ctsurv/engine/mod.ts";
import type { BackboneArchitecture, BackboneFacts, Stage } from "./backbone.ts";
import { type ChannelNormalise, channelNormalise } from "./layers/channel_normalise.ts";

/** What an architecture says of itself; `P` is its tree of parameters. */
export interface BackboneDefinition<P> extends BackboneFacts {
  /** The shapes of `P`. */
  spec(): object;
  readonly stages: readonly Stage<P>[];
  /** From the last feature maps to features [batch, features]. */
  pool(maps: tf.Tensor): tf.Tensor;
  readonly classifier: readonly Stage<P>[];
}

/** A backbone from its stages: the cut is where its final block begins. */
export function defineBackbone<P>({ pool, spec, ...definition }: BackboneDefinition<P>): BackboneArchitecture {
  // The one place where the parameters' types are taken on trust: outside, a backbone is any of them.
  const { stages, classifier, ...facts } = definition as unknown as BackboneDefinition<Tree<tf.Tensor>>;
  const { title, smallest, finalBlock } = facts;
  const cut = stages.findIndex(({ name }) => belongsTo(name, finalBlock[0]!));

  const trunk: BackboneArchitecture["trunk"] = (x, parameters, normalise = channelNormalise) => {
    const [rows, columns] = x.shape.slice(-3) as [number, number, number];
    if (Math.min(rows, columns) < smallest) {
      throw new InputError(`${title} takes images of at least ${smallest} x ${smallest}, not ${rows} x ${columns}`);
    }
    return runStages(stages.slice(0, cut), x, parameters, normalise);
  };
  const maps = (x: tf.Tensor, parameters: Tree<tf.Tensor>) =>
    runStages(stages.slice(cut), trunk(x, parameters), parameters);
  const fromCut: BackboneArchitecture["fromCut"] = (activations, parameters, normalise = channelNormalise) =>
    pool(runStages(stages.slice(cut), activations, parameters, normalise));

  return {
    ...facts,
    stages,
    classifier,
    spec: () => spec() as Tree<TensorSpec>,
    trunk,
    fromCut,
    pooled: (x, parameters, normalise) => fromCut(trunk(x, parameters, normalise), parameters, normalise),
    penultimate: (x, parameters) => runStages(classifier.slice(0, -1), maps(x, parameters), parameters),
    logits: (x, parameters) => runStages(classifier, maps(x, parameters), parameters),
  };
}

/** Whether a module or parameter is a module, or lies in it: `layer4.2.bn1.weight` in `layer4.2`. */
export function belongsTo(name: string, module: string): boolean {
  return name === module || name.startsWith(`${module}.`);
}

function runStages(
  stages: readonly Stage[],
  x: tf.Tensor,
  parameters: Tree<tf.Tensor>,
  normalise: ChannelNormalise = channelNormalise,
): tf.Tensor {
  return stages.reduce((y, stage) => stage.run(y, parameters, normalise), x);
}
