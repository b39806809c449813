import { join, resolve } from "node:path";

/**
 * Where the results of a cohort and profile go: `<outputs>/<cohort>-<profile>`, in lower case and with hyphens for what
 * has no place in a file's name.
 *
 * @param outputs Default: the environment variable `CTSURV_OUTPUTS`, else `../outputs` beside a notebook's folder.
 */
export function outputsFolder(
  cohort: string,
  profile: string,
  outputs: string = Deno.env.get("CTSURV_OUTPUTS") || "../outputs",
): string {
  const name = cohort.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}._]+/gu, "-").replace(/^[-.]+|-+$/g, "");
  return resolve(join(outputs, `${name || "cohort"}-${profile}`));
}
