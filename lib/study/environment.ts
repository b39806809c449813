import { InputError, kernelInternals } from "@ctsurv/base/mod.ts";
import { parsePhantomLaw, type PhantomLaw } from "@ctsurv/cohort/mod.ts";
import { createEngine, type Engine, tryEngine } from "@ctsurv/engine/mod.ts";
import { createBackbone, type CreateBackboneOptions, type WeightsKind, weightsKinds } from "@ctsurv/features/mod.ts";
import { createLungSegmenter, type NetworkLungs } from "@ctsurv/lungs/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";
import { defaultWeightsFolder } from "@ctsurv/weights/mod.ts";
import { findProtocol } from "./protocol/find_protocol.ts";

/**
 * What the environment's variables say, and what holds where they are unset or empty. The command line and the notebooks
 * read them here; functions of the library take what they need as arguments.
 */
export interface Environment {
  /** `CTSURV_PROFILE`. */
  readonly profile: string;
  /** `CTSURV_PROTOCOL`: how the paper is read, see `findProtocol`. */
  readonly protocol: string | undefined;
  /** `CTSURV_SET`: choices that differ from the protocol's, separated by commas: `attention=linear, seed=7`. */
  readonly set: readonly string[];
  /** `CTSURV_COHORT`: the folder of a cohort in place of the built-in one. */
  readonly cohort: string | undefined;
  /** `CTSURV_TARGET_COHORT`: the folder of a cohort in place of phantom-claro, to which notebook 5 transfers. */
  readonly targetCohort: string | undefined;
  /** `CTSURV_PHANTOM_LAW`: what survival depends on in the built-in cohorts. Other cohorts are as they are. */
  readonly phantomLaw: string;
  /** `CTSURV_ENGINE`, see `createEngine`. */
  readonly engine: string;
  /** `CTSURV_LUNGS`: overrides the protocol's way to find lungs, see `createLungSegmenter`. */
  readonly lungs: string | undefined;
  /** `CTSURV_WEIGHTS`: overrides the profile's kind of weights. */
  readonly weights: string | undefined;
  /** `CTSURV_WEIGHTS_DIR`: where weights are kept. */
  readonly weightsFolder: string;
  /** `CTSURV_WEIGHTS_URL`: a mirror of the files of weights. */
  readonly weightsMirror: string | undefined;
  /** `CTSURV_OUTPUTS`: where results go. */
  readonly outputs: string | undefined;
  /**
   * `CTSURV_TRAININGS`: where trained heads are kept between runs, so that an interrupted run goes on; `none` to train
   * everything again. Unset: beside slices and features in the cache.
   */
  readonly trainings: string | undefined;
  /** `CTSURV_LOG`: a file to which stages, memory and the time left are written, besides the screen. */
  readonly log: string | undefined;
}

/**
 * Reads the environment.
 *
 * @example
 * ```ts
 * import { readEnvironment } from "@ctsurv/ctsurv/study";
 * import { assertEquals } from "@std/assert";
 *
 * const { profile, engine } = readEnvironment((variable) => variable === "CTSURV_PROFILE" ? "smoke" : undefined);
 * assertEquals([profile, engine], ["smoke", "auto"]);
 * ```
 *
 * @param get Gives the value of a variable. Default: `Deno.env.get`.
 */
export function readEnvironment(
  get: (variable: string) => string | undefined = (variable) => Deno.env.get(variable),
): Environment {
  const read = (variable: string) => get(variable) || undefined;
  return {
    profile: read("CTSURV_PROFILE") ?? "workshop",
    protocol: read("CTSURV_PROTOCOL"),
    set: (read("CTSURV_SET") ?? "").split(",").map((choice) => choice.trim()).filter((choice) => choice !== ""),
    cohort: read("CTSURV_COHORT"),
    targetCohort: read("CTSURV_TARGET_COHORT"),
    phantomLaw: read("CTSURV_PHANTOM_LAW") ?? "tissue",
    engine: read("CTSURV_ENGINE") ?? "auto",
    lungs: read("CTSURV_LUNGS"),
    weights: read("CTSURV_WEIGHTS"),
    weightsFolder: read("CTSURV_WEIGHTS_DIR") ?? defaultWeightsFolder(),
    weightsMirror: read("CTSURV_WEIGHTS_URL"),
    outputs: read("CTSURV_OUTPUTS"),
    trainings: read("CTSURV_TRAININGS"),
    log: read("CTSURV_LOG"),
  };
}

/** The variables in which {@linkcode readEnvironment} reads just this; empty for what is undefined. */
export function environmentVariables(environment: Environment): Readonly<Record<string, string>> {
  return {
    CTSURV_PROFILE: environment.profile,
    CTSURV_PROTOCOL: environment.protocol ?? "",
    CTSURV_SET: environment.set.join(","),
    CTSURV_COHORT: environment.cohort ?? "",
    CTSURV_TARGET_COHORT: environment.targetCohort ?? "",
    CTSURV_PHANTOM_LAW: environment.phantomLaw,
    CTSURV_ENGINE: environment.engine,
    CTSURV_LUNGS: environment.lungs ?? "",
    CTSURV_WEIGHTS: environment.weights ?? "",
    CTSURV_WEIGHTS_DIR: environment.weightsFolder,
    CTSURV_WEIGHTS_URL: environment.weightsMirror ?? "",
    CTSURV_OUTPUTS: environment.outputs ?? "",
    CTSURV_TRAININGS: environment.trainings ?? "",
    CTSURV_LOG: environment.log ?? "",
  };
}

/**
 * The engine that the environment selects. Outside of a notebook, whose table of the study names the engine, one line on
 * stderr says what `auto` chose and why.
 *
 * @throws {InputError} If it is unknown or not installed, or the machine does not have its GPU.
 */
export async function openEngine(environment: Environment = readEnvironment()): Promise<Engine> {
  const engine = await createEngine(environment.engine);
  if (engine.chosen !== undefined && !kernelInternals()?.broadcastResult) {
    console.error(`Engine: ${engine.description}; ${engine.chosen.why}`);
  }
  if (/^onnx:(?!cpu)/.test(environment.engine)) await tryEngine(engine);
  return engine;
}

/**
 * The lung segmenter that is named, or that the environment selects: by `CTSURV_LUNGS`, else by its protocol.
 *
 * @throws {InputError} If there is none of that name, or its weights are not there.
 */
export async function openLungs(
  engine: Engine,
  method?: string,
  environment: Environment = readEnvironment(),
): Promise<NetworkLungs> {
  const { profile, lungs, weightsFolder } = environment;
  const wanted = method ?? lungs ?? findProtocol(profile, environment).choices.lungs;
  return await createLungSegmenter(engine, { method: wanted, weightsFolder });
}

/**
 * The law of the built-in cohorts that is asked for, or else the one that `CTSURV_PHANTOM_LAW` names.
 *
 * @throws {InputError} If the variable names something else.
 */
export function selectLaw(asked?: PhantomLaw, { phantomLaw }: Environment = readEnvironment()): PhantomLaw {
  return asked ?? parsePhantomLaw(phantomLaw, "CTSURV_PHANTOM_LAW");
}

/**
 * The kind of weights that `CTSURV_WEIGHTS` names, or else the kind that is asked for.
 *
 * @throws {InputError} If the variable names something else.
 */
export function selectWeights(asked: WeightsKind, { weights = asked }: Environment = readEnvironment()): WeightsKind {
  const known = weightsKinds.find((kind) => kind === weights);
  if (known !== undefined) return known;
  throw new InputError(`Unknown weights "${weights}" (CTSURV_WEIGHTS): choose one of ${weightsKinds.join(", ")}`);
}

/**
 * A frozen backbone. The environment says where its pretrained weights are kept, and `CTSURV_WEIGHTS` overrides the kind
 * that is asked for. A file of weights is taken whatever the environment says.
 *
 * @throws {InputError} For the reasons of `createBackbone`, or if `CTSURV_WEIGHTS` names something else.
 */
export async function openBackbone(
  name: string,
  engine: Engine,
  { weights = "seeded", ...options }: Omit<CreateBackboneOptions, "weightsFolder"> = {},
  environment: Environment = readEnvironment(),
): Promise<Backbone> {
  const { weightsFolder } = environment;
  const kind = options.file === undefined ? { weights: selectWeights(weights, environment) } : {};
  return await createBackbone(name, engine, { ...options, ...kind, weightsFolder });
}
