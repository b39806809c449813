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

/** How lungs can be found: the shipped U-Net, lungmask's R231 where its weights were put in place, or a threshold. */
export const lungMethods: readonly string[] = Object.keys(methods);

/** Options of {@linkcode createLungSegmenter}. */
export interface CreateLungSegmenterOptions {
  /** One of {@linkcode lungMethods}. @default {"unet"} */
  readonly method?: string;
  /** Where the weights of R231 are. @default {`defaultWeightsFolder()`} */
  readonly weightsFolder?: string;
}

/**
 * A segmenter by the name of its method.
 *
 * @throws {InputError} If there is none of that name, or its weights are not there.
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
