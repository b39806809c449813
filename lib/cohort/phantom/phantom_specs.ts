import { phantomClaro } from "./phantom_claro.ts";
import { phantomLung1 } from "./phantom_lung1.ts";
import type { PhantomSpec } from "./phantom_spec.ts";

/** The phantom cohorts by name. */
export const phantomSpecs: Readonly<Record<PhantomSpec["name"], PhantomSpec>> = {
  "phantom-lung1": phantomLung1,
  "phantom-claro": phantomClaro,
};
