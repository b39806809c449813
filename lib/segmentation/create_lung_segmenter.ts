import { InputError } from "@ctsurv/common/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import { thresholdLungs } from "@ctsurv/imaging/mod.ts";
import { findPretrained } from "@ctsurv/weights/mod.ts";
import type { NetworkLungs } from "./network_lungs.ts";
import { r231Lungs } from "./r231_lungs.ts";
import { readR231 } from "./read_r231.ts";
import { unetLungs } from "./unet_lungs.ts";

const methods = {
  unet: (engine) => unetLungs(engine),
  r231: async (engine) => r231Lungs(engine, await readR231((await findPretrained("unet_r231")).path)),
  threshold: () => ({ ...thresholdLungs, dispose: () => Promise.resolve() }),
} satisfies Record<string, (engine: Engine) => NetworkLungs | Promise<NetworkLungs>>;

/** How lungs can be found: the shipped U-Net, lungmask's R231 where its weights were put in place, or a threshold. */
export const lungMethods: readonly string[] = Object.keys(methods);

/**
 * The segmenter of that name.
 *
 * @param method Default: the environment variable `CTSURV_LUNGS`, else `unet`.
 * @throws {InputError} If there is none of that name, or its weights are not there.
 */
export async function createLungSegmenter(
  engine: Engine,
  method: string = Deno.env.get("CTSURV_LUNGS") || "unet",
): Promise<NetworkLungs> {
  if (!Object.hasOwn(methods, method)) {
    throw new InputError(`Unknown way to find lungs "${method}" (CTSURV_LUNGS): choose ${lungMethods.join(", ")}`);
  }
  return { ...await methods[method as keyof typeof methods](engine), method };
}
