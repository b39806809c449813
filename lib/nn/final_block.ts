import { isSpec, isTensor, leaves, mapTree, type tf, type Tree } from "@ctsurv/engine/mod.ts";
import type { BackboneArchitecture } from "./backbone.ts";
import { belongsTo } from "./define_backbone.ts";

/** Names of the parameters that fine-tuning the final block trains, running statistics not among them. */
export function finalBlockNames({ spec, finalBlock }: BackboneArchitecture): string[] {
  return leaves(spec(), isSpec)
    .map(({ path }) => path)
    .filter((path) => finalBlock.some((module) => belongsTo(path, module)) && !/\.running_(mean|var)$/.test(path));
}

/** The parameters with others in place of those named, such as `layer4.2.conv1.weight`. */
export function replaceParameters(
  parameters: Tree<tf.Tensor>,
  others: Readonly<Record<string, tf.Tensor>>,
): Tree<tf.Tensor> {
  return mapTree(parameters, isTensor, (value, path) => others[path] ?? value);
}
