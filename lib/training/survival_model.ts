import { z } from "zod";
import { InputError, writeAtomic } from "@ctsurv/common/mod.ts";
import { type Engine, type HostTensor, hostTensor, isSpec, leaves, mapTree, type Tree } from "@ctsurv/engine/mod.ts";
import {
  type Backbone,
  backboneStatistics,
  findBackbone,
  seededBackbone,
  type SurvivalHead,
  survivalHeadSpec,
} from "@ctsurv/nn/mod.ts";
import { decodeSafetensors, encodeSafetensors, findPretrained, type Safetensors } from "@ctsurv/weights/mod.ts";
import type { PatientView } from "./patient_view.ts";
import { pretrainedBackbone } from "./pretrained_backbone.ts";

/** What a model was trained on, in words for people and for provenance. */
export interface TrainedOn {
  readonly cohort: string;
  readonly patients: number;
  readonly events: number;
  readonly profile: string;
  readonly epochs: number;
  /** Name of the lung segmentation that made its slices; prediction uses the same. */
  readonly segmenter: string;
}

/** A backbone and a fitted head: everything that predicts survival from slices. */
export interface SurvivalModel {
  readonly backbone: Backbone;
  /** What the backbone saw of each patient; prediction shows it the same. */
  readonly view: PatientView;
  readonly head: SurvivalHead<HostTensor>;
  readonly trainedOn: TrainedOn;
}

const modelSchema = z.object({
  format: z.literal("ctsurv model 2"),
  backbone: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("seeded"), name: z.string(), seed: z.number(), sha256: z.string() }),
    z.object({ kind: z.literal("pretrained"), name: z.string(), file: z.string(), sha256: z.string() }),
  ]),
  view: z.object({
    kind: z.enum(["slice", "volume"]),
    slices: z.union([z.int().positive(), z.literal("all")]),
    size: z.int().positive(),
  }),
  trainedOn: z.object({
    cohort: z.string(),
    patients: z.number(),
    events: z.number(),
    profile: z.string(),
    epochs: z.number(),
    segmenter: z.string(),
  }),
});

const isHost = isSpec as (node: unknown) => node is HostTensor;

/**
 * Writes a model as safetensors: the head; of a seeded backbone, whose weights come back from their seed, what
 * calibration found; of a pretrained one, the name and hash of its file.
 */
export async function saveModel(path: string, { backbone, view, head, trainedOn }: SurvivalModel): Promise<void> {
  const { architecture, source } = backbone;
  const named = new Map([
    ...leaves(head as unknown as Tree<HostTensor>, isHost).map(({ path, value }) => [`head.${path}`, value] as const),
    ...[...source.kind === "seeded" ? backboneStatistics(backbone) : []].map(([name, value]) =>
      [`backbone.${name}`, value] as const
    ),
  ].map(([name, { shape, data }]) => [name, { shape, data: data as Float32Array }]));
  const metadata: z.infer<typeof modelSchema> = {
    format: "ctsurv model 2",
    backbone: { ...source, name: architecture.name },
    view,
    trainedOn,
  };
  await writeAtomic(path, encodeSafetensors(named, { ctsurv: JSON.stringify(metadata) }));
}

/**
 * Reads what {@linkcode saveModel} wrote.
 *
 * @throws {InputError} If there is no such file, it is no model, or its weights are not those it was trained with.
 */
export async function loadModel(path: string, engine: Engine): Promise<SurvivalModel> {
  const file = await Deno.readFile(path).catch((error: Error) => {
    throw new InputError(`Cannot read the model ${path}: ${error.message}`);
  });
  const content = decodeSafetensors(file, path);
  const metadata = parseMetadata(content, path);
  const backbone = await loadBackbone(content, metadata, engine);
  if (backbone.source.sha256 !== metadata.backbone.sha256) {
    throw new InputError(`${path}: the backbone's weights are not those the model was trained with; fit it again`);
  }
  const spec = survivalHeadSpec({ backboneFeatures: backbone.architecture.features }) as unknown as Tree<HostTensor>;
  const head = mapTree(spec, isHost, ({ shape }, name) => {
    const entry = content.tensors.get(`head.${name}`);
    if (!entry || entry.dtype !== "F32" || entry.shape.join() !== shape.join()) {
      throw new InputError(`${path}: expected head.${name} [${shape}], found ${entry ? `[${entry.shape}]` : "none"}`);
    }
    return hostTensor(new Float32Array(entry.bytes.buffer), shape);
  });
  return {
    backbone,
    view: metadata.view,
    head: head as unknown as SurvivalHead<HostTensor>,
    trainedOn: metadata.trainedOn,
  };
}

async function loadBackbone({ tensors }: Safetensors, { backbone }: z.infer<typeof modelSchema>, engine: Engine) {
  const architecture = findBackbone(backbone.name);
  if (backbone.kind === "pretrained") {
    return await pretrainedBackbone(architecture, await findPretrained(backbone.name));
  }
  const statistics = new Map(
    [...tensors].filter(([name]) => name.startsWith("backbone.")).map(([name, { bytes, shape }]) =>
      [name.slice("backbone.".length), hostTensor(new Float32Array(bytes.buffer), shape)] as const
    ),
  );
  return await seededBackbone(architecture, engine, { seed: backbone.seed, statistics });
}

function parseMetadata({ metadata }: Safetensors, path: string): z.infer<typeof modelSchema> {
  try {
    return modelSchema.parse(JSON.parse(metadata.get("ctsurv") ?? ""));
  } catch {
    throw new InputError(`${path} is a safetensors file, but no model of "ctsurv fit"`);
  }
}
