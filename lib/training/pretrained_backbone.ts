import { basename } from "node:path";
import type { HostTensor, Tree } from "@ctsurv/engine/mod.ts";
import type { Backbone, BackboneArchitecture } from "@ctsurv/nn/mod.ts";
import { loadWeights, openCheckpoint, type Pretrained } from "@ctsurv/weights/mod.ts";

/**
 * A backbone with published weights, from `findPretrained` or `recogniseWeights`. Its source names the file and the
 * file's SHA-256.
 *
 * @throws {InputError} If the file is damaged, or does not hold the weights of this network.
 */
export async function pretrainedBackbone(
  architecture: BackboneArchitecture,
  { path, entry, sha256 }: Pretrained,
): Promise<Backbone> {
  using checkpoint = await openCheckpoint(path);
  const parameters = await loadWeights<object>(architecture.spec(), checkpoint, entry) as Tree<HostTensor>;
  return {
    architecture,
    parameters,
    // Not the entry's: a file that only fits the network is not the published one.
    source: { kind: "pretrained", file: basename(path), sha256 },
  };
}
