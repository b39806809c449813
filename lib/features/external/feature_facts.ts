import { z } from "zod";
import { basename, join, resolve } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";

/** What `features.json` of a folder of external features says of them. */
export interface FeatureFacts {
  /** Name of the row: "RadImageNet ResNet50". */
  readonly name: string;
  /** What the features are and how they were made. */
  readonly what?: string | undefined;
  /** The order of the rows of a file. */
  readonly slices: "feet-to-head" | "head-to-feet";
  /** Licence of the network or of the features. */
  readonly licence?: string | undefined;
  /** Where the network comes from. */
  readonly source?: string | undefined;
}

const text = z.string().trim().min(1).max(1000);
const schema = z.strictObject({
  name: text.max(80).optional(),
  what: text.optional(),
  slices: z.enum(["feet-to-head", "head-to-feet"]).default("feet-to-head"),
  licence: text.optional(),
  source: text.optional(),
});

/** Bytes of a `features.json` that is not meant to fill the memory. */
const MOST_BYTES = 100_000;

/**
 * Reads `features.json`. A folder without one is named after itself, and its slices run from feet to head.
 *
 * @throws {InputError} If it is no such file, with what is wrong.
 */
export async function readFeatureFacts(folder: string): Promise<FeatureFacts> {
  const path = join(folder, "features.json");
  const own = { name: basename(resolve(folder)), slices: "feet-to-head" } as const;
  const info = await Deno.stat(path).catch(() => undefined);
  if (!info) return own;
  if (!info.isFile || info.size > MOST_BYTES) {
    throw new InputError(`${path}: not a file of at most ${MOST_BYTES} bytes; see docs/COHORTS.md`);
  }
  let content: unknown;
  try {
    content = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new InputError(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) {
    throw new InputError(
      `${path} does not describe features (name, what, slices, licence, source; see docs/COHORTS.md):\n` +
        z.prettifyError(parsed.error),
    );
  }
  return { ...own, ...parsed.data, name: parsed.data.name ?? own.name };
}

/**
 * The short name of a row of external features, which is also the name of its files.
 *
 * @example
 * ```ts
 * import { featureSlug } from "@ctsurv/ctsurv/features";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(featureSlug("RadImageNet ResNet50 (v2)"), "radimagenet_resnet50_v2");
 * ```
 *
 * @throws {InputError} If the name has no letter or digit of a file name.
 */
export function featureSlug(name: string): string {
  const slug = name.normalize("NFKD").toLowerCase().replaceAll(/\p{M}/gu, "").replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  if (slug !== "") return slug;
  throw new InputError(
    `"${name}" has no letter or digit to name files after: give features.json a name in Latin letters`,
  );
}
