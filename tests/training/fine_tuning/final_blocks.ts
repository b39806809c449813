import goldens from "../../fixtures/backbone_goldens.json" with { type: "json" };
import { type HostTensor, isSpec, leaves, type Tree } from "@ctsurv/engine/mod.ts";
import type { FineTuningPatient } from "@ctsurv/features/mod.ts";
import { type Backbone, findBackbone } from "@ctsurv/nn/mod.ts";
import { hashed, hashedParameters } from "../../support/golden.ts";

/** A backbone with the hashed parameters of its final block, and nothing before the cut: names are whole paths. */
export function finalBlockOf(name: string): Backbone {
  const architecture = findBackbone(name);
  const spec = leaves(architecture.spec(), isSpec)
    .filter(({ path }) => architecture.finalBlock.some((module) => path.startsWith(`${module}.`)))
    .map(({ path, value }) => [path, value] as const);
  const scale = goldens.scale[name as keyof typeof goldens.scale];
  const parameters = hashedParameters(Object.fromEntries(spec), scale) as unknown as Tree<HostTensor>;
  return { architecture, parameters, source: { kind: "seeded", seed: 0, sha256: name } };
}

/** The parameters by name, copied. */
export function copyOfParameters({ parameters }: Backbone): Map<string, Float32Array> {
  const isHost = isSpec as (node: unknown) => node is HostTensor;
  return new Map(leaves(parameters, isHost).map(({ path, value }) => [path, (value.data as Float32Array).slice()]));
}

/** How often a patient's activations were read. */
export interface CountedPatient extends FineTuningPatient {
  readonly loads: number;
}

/** A patient with hashed activations of the shape [slices, ...shape]. */
export function hashedPatient(
  index: number,
  [count, ...shape]: readonly number[],
  followUp: FineTuningPatient["followUp"],
): CountedPatient {
  const v = hashed(`activations/${index}`);
  const size = shape.reduce((product, dim) => product * dim, count!);
  const numbers = Float16Array.from({ length: size }, (_, i) => v(i));
  let loads = 0;
  const load = () => {
    loads++;
    return Promise.resolve(numbers);
  };
  return {
    id: `${index}`,
    followUp,
    activations: { count: count!, shape, key: `${index}`, load },
    get loads() {
      return loads;
    },
  };
}
