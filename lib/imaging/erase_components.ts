import type { Components } from "./find_components.ts";

/** Sets, in place, the components of a mask that are not wanted to 0. */
export function eraseComponents(
  mask: Uint8Array,
  { starts, ends, labels }: Components,
  isUnwanted: (label: number) => boolean,
): void {
  for (let run = 0; run < starts.length; run++) {
    if (isUnwanted(labels[run]!)) mask.fill(0, starts[run], ends[run]);
  }
}
