import type { Engine } from "@ctsurv/engine/mod.ts";
import { type Backbone, findBackbone, seededBackbone } from "@ctsurv/nn/mod.ts";

/** Options of {@linkcode createBackbone}. */
export interface CreateBackboneOptions {
  /** @default {42} */
  readonly seed?: number;
}

/**
 * A frozen backbone by name, with weights from a seed.
 *
 * @throws {InputError} If there is no backbone of that name.
 */
export async function createBackbone(
  name: string,
  engine: Engine,
  { seed = 42 }: CreateBackboneOptions = {},
): Promise<Backbone> {
  return await seededBackbone(findBackbone(name), engine, { seed });
}
