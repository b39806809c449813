import type { Cohort } from "@ctsurv/cohort/mod.ts";
import type { Study } from "./study.ts";

/**
 * Says that the shipped U-Net finds the lungs of real patients, where the full protocol is run on them. It was trained on
 * phantoms alone, and the authors used another network.
 *
 * @returns Undefined where there is nothing to say: on phantoms, in other profiles, or with another method.
 */
export function lungsNotice(
  { profile, protocol, cohort }: Pick<Study, "profile" | "protocol"> & { readonly cohort: Pick<Cohort, "manifest"> },
): string | undefined {
  if (profile.name !== "paper" || protocol.choices.lungs !== "unet" || cohort.manifest.phantom) return undefined;
  return "Note: the shipped U-Net, which was trained on phantoms alone, finds the lungs of these patients. On LUNG1-001 it " +
    "misses an apex. The authors' code uses lungmask's R231: fetch its weights with `deno task ctsurv weights fetch " +
    "unet_r231` and set CTSURV_LUNGS=r231";
}
