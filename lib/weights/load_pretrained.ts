import { InputError } from "@ctsurv/base/mod.ts";
import type { HostTensor, Tree } from "@ctsurv/engine/mod.ts";
import type { BackboneArchitecture } from "@ctsurv/nn/mod.ts";
import { matchNetwork } from "./catalogue/match_network.ts";
import type { Pretrained } from "./find_pretrained.ts";
import { readParameters } from "./load_weights.ts";
import { openCheckpoint } from "./open_checkpoint.ts";

/** The parameters of a network from a file. */
export interface LoadedParameters {
  /** In the tree of `architecture.spec()`. */
  readonly parameters: Tree<HostTensor>;
  /** The names of parameters that the file does not have, all of the classifier. They are zero. */
  readonly absent: readonly string[];
}

/**
 * Reads the parameters of a backbone from a file that was found or recognised.
 *
 * @throws {InputError} If the file is of another network, damaged, or holds numbers that cannot be used.
 */
export async function loadPretrained(
  architecture: Pick<BackboneArchitecture, "name" | "spec">,
  { path, entry }: Pick<Pretrained, "path" | "entry">,
): Promise<LoadedParameters> {
  if (entry.architecture !== architecture.name) {
    throw new InputError(
      `${path} does not hold the weights of this network: they are of ${entry.architecture}, not of ${architecture.name}`,
    );
  }
  using checkpoint = await openCheckpoint(path);
  const { sources, absent } = matchNetwork(checkpoint, [entry]);
  const parameters = await readParameters<object>(architecture.spec(), checkpoint, sources) as Tree<HostTensor>;
  return { parameters, absent };
}
