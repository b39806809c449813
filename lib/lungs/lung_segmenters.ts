import { InputError } from "@ctsurv/base/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import { type LungSegmenter, thresholdLungs } from "@ctsurv/imaging/mod.ts";
import { findPretrained } from "@ctsurv/weights/mod.ts";
import { r231Lungs, readR231 } from "./r231/r231_lungs.ts";
import { unetLungs } from "./unet/unet_lungs.ts";

const methods = {
  unet: (engine) => unetLungs(engine),
  r231: async (engine, folder) => r231Lungs(engine, await readR231((await findPretrained("unet_r231", folder)).path)),
  threshold: () => ({ ...thresholdLungs, dispose: () => Promise.resolve() }),
} satisfies Record<string, (engine: Engine, folder: string | undefined) => NetworkLungs | Promise<NetworkLungs>>;

/**
 * The methods that find lungs: `unet` (the shipped U-Net), `r231` (lungmask's R231, if its weights were put in place)
 * and `threshold`.
 */
export const lungMethods: readonly string[] = Object.keys(methods);

/** Options of {@linkcode createLungSegmenter}. */
export interface CreateLungSegmenterOptions {
  /** One of {@linkcode lungMethods}. @default {"unet"} */
  readonly method?: string;
  /** Folder of the weights of R231. @default {`defaultWeightsFolder()`} */
  readonly weightsFolder?: string;
}

/**
 * Makes a segmenter by the name of its method.
 *
 * @throws {InputError} If there is no such method, or its weights are missing.
 *
 * @example
 * ```ts
 * import { cpuEngine } from "@ctsurv/ctsurv/engine";
 * import { createLungSegmenter } from "@ctsurv/ctsurv/lungs";
 * import { assertEquals } from "@std/assert";
 *
 * const segmenter = await createLungSegmenter(cpuEngine(), { method: "threshold" });
 * assertEquals(segmenter.name, "threshold -400 HU, version 1");
 * await segmenter.dispose();
 * ```
 */
export async function createLungSegmenter(
  engine: Engine,
  { method = "unet", weightsFolder }: CreateLungSegmenterOptions = {},
): Promise<NetworkLungs> {
  if (!Object.hasOwn(methods, method)) {
    throw new InputError(`Unknown way to find lungs "${method}" (CTSURV_LUNGS): choose ${lungMethods.join(", ")}`);
  }
  const made = await methods[method as keyof typeof methods](engine, weightsFolder);
  return { ...made, recipe: { method, ...weightsFolder !== undefined && { weightsFolder } } };
}

/** A segmenter that holds a compiled network. */
export interface NetworkLungs extends LungSegmenter {
  /** Frees the network. */
  dispose(): Promise<void>;
}
