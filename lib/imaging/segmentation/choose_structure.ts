import { InputError } from "@ctsurv/common/mod.ts";

/** A segment or region of interest, and what people call it. */
export interface Structure {
  readonly number: number;
  /** The first is the one to show. */
  readonly names: readonly string[];
}

/**
 * The structure of that name, in whatever case; or the only one, if none is wanted.
 *
 * @throws {InputError} If there is none, or several and it is not plain which, with the names of those there are.
 */
export function chooseStructure(path: string, structures: readonly Structure[], wanted: string | undefined): Structure {
  const present = `There is: ${structures.map(({ names }) => names[0]).join(", ") || "nothing"}`;
  if (wanted === undefined) {
    if (structures.length === 1) return structures[0]!;
    throw new InputError(`${path}: ${structures.length} structures. Choose one by its name. ${present}`);
  }
  const exact = structures.filter(({ names }) => names.includes(wanted));
  const alike = structures.filter(({ names }) => names.some((name) => name.toLowerCase() === wanted.toLowerCase()));
  const [found, ...more] = exact.length > 0 ? exact : alike;
  if (!found) throw new InputError(`${path}: no structure ${wanted}. ${present}`);
  if (more.length > 0) throw new InputError(`${path}: ${more.length + 1} structures are called ${wanted}. ${present}`);
  return found;
}
