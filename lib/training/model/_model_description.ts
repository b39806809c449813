import { z } from "zod";
import { InputError } from "@ctsurv/base/mod.ts";
import type { Safetensors } from "@ctsurv/weights/mod.ts";

/** Bounds on the sizes in a file: far above any sensible model, and far below sizes that would fill the memory. */
const count = z.int().min(1).max(1_000_000);
const layers = z.int().min(1).max(1_000);

const aggregationSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.enum(["gated", "mlp"]), hidden: count.exactOptional() }),
  z.strictObject({ kind: z.enum(["average", "linear"]) }),
  z.strictObject({
    kind: z.literal("self-attention"),
    layers: layers.exactOptional(),
    heads: count.exactOptional(),
    mlp: count.exactOptional(),
    positions: z.enum(["none", "sinusoidal"]).exactOptional(),
  }),
]);

/** A head without the size of its backbone. Fields that are left out have the paper's values. */
const shapeSchema = z.strictObject({
  embedding: count.exactOptional(),
  aggregation: aggregationSchema.exactOptional(),
  layers: layers.exactOptional(),
  width: count.exactOptional(),
  bins: layers.exactOptional(),
  sharedLayers: z.int().min(0).max(1_000).exactOptional(),
});

const common = {
  backbone: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("seeded"), name: z.string(), seed: z.number(), sha256: z.string() }),
    z.object({ kind: z.literal("phantom"), name: z.string(), file: z.string(), sha256: z.string() }),
    z.object({ kind: z.literal("pretrained"), name: z.string(), file: z.string(), sha256: z.string() }),
  ]),
  view: z.object({
    kind: z.enum(["slice", "volume"]),
    slices: z.union([z.int().min(1).max(10_000), z.literal("all")]),
    size: z.int().min(1).max(1024),
  }),
  trainedOn: z.object({
    cohort: z.string(),
    patients: z.number(),
    events: z.number(),
    profile: z.string(),
    protocol: z.string().exactOptional(),
    epochs: z.number(),
    dropout: z.number().min(0).lt(1).exactOptional(),
    segmenter: z.string(),
  }),
};

/** Every loss but DeepHit, which models of format 3 have. */
const OTHER_LOSSES = ["cox", "logistic-hazard", "mtlr", "pc-hazard", "cross-entropy"] as const;

const modelSchema = z.object({
  format: z.enum(["ctsurv model 3", "ctsurv model 4"]),
  ...common,
  head: shapeSchema,
  tail: z.boolean(),
  // Of format 4, which no version reads that knows one loss only.
  loss: z.enum(OTHER_LOSSES).exactOptional(),
  finalBlock: z.boolean(),
  preprocessing: z.strictObject({
    interpolation: z.enum(["bspline", "linear"]).exactOptional(),
    interior: z.enum(["keep", "drop"]).exactOptional(),
    leastLungVolume: z.number().nonnegative().exactOptional(),
  }).exactOptional(),
});

/** The format before heads other than the default one could be saved. */
const secondSchema = z.object({ format: z.literal("ctsurv model 2"), ...common }).transform((model) => ({
  ...model,
  format: "ctsurv model 3" as const,
  head: {},
  tail: true,
  finalBlock: false,
}));

const schemas: Readonly<Record<string, typeof modelSchema | typeof secondSchema>> = {
  "ctsurv model 2": secondSchema,
  "ctsurv model 3": modelSchema,
  "ctsurv model 4": modelSchema,
};

/** The description of the weights in a model's file, as JSON under `ctsurv` in the metadata. */
export type ModelDescription = z.infer<typeof modelSchema>;

/** The metadata of a file. */
export function formatDescription(description: ModelDescription): Record<string, string> {
  return { ctsurv: JSON.stringify(checked(modelSchema, description, "The model")) };
}

/**
 * Reads the metadata that {@linkcode formatDescription} wrote, or that of format 2, which knew the default head only.
 *
 * @param where The file's name, for messages.
 * @throws {InputError} If the file is no model, is in another format, or describes an impossible model.
 */
export function parseDescription({ metadata }: Safetensors, where: string): ModelDescription {
  const found = parseJson(metadata.get("ctsurv") ?? "");
  const format = z.object({ format: z.string().startsWith("ctsurv model ") }).safeParse(found).data?.format;
  if (format === undefined) throw new InputError(`${where} is a safetensors file, but not a model from "ctsurv fit"`);
  const schema = Object.hasOwn(schemas, format) ? schemas[format] : undefined;
  if (!schema) {
    throw new InputError(`${where} is a "${format}", which this version cannot read. Use the version that wrote it`);
  }
  return checked(schema, found, where);
}

function checked<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const { data, error } = schema.safeParse(value);
  if (data !== undefined) return data;
  const [issue] = error!.issues;
  throw new InputError(`${where}: the model's ${issue!.path.join(".") || "description"}: ${issue!.message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
