import { InputError } from "@ctsurv/base/mod.ts";
import type { AggregationChoice, BackboneArchitecture } from "@ctsurv/nn/mod.ts";
import { allowedValues, type ChoiceName, type Choices } from "../protocol/choices.ts";
import { parseChoices, type Protocol } from "../protocol/protocol.ts";

/** One choice made otherwise than the headline's. */
export interface MultiverseChange {
  /** As `--set` takes it: `attention=linear`. */
  readonly name: string;
  /** The choice. */
  readonly choice: ChoiceName;
  /** Its value in this row. */
  readonly value: string | number;
}

/** Values of choices that are numbers. */
const numbers: { readonly [Name in ChoiceName]?: readonly number[] } = {
  attentionWidth: [32],
  embeddingDropout: [0.2],
  dropout: [0],
  featureScale: [1],
  learningRate: [1e-4, 1e-3],
  gradientClipping: [0, 1],
  seed: [43, 44],
  foldSeed: [43],
};

/**
 * Choices that no row of the table can show: the final block takes far longer than a head and has a protocol of its own
 * (`paper-methods`), losses have a table of their own (`compareLosses`), and a transfer is Table 2.
 */
const elsewhere: readonly ChoiceName[] = ["tune", "loss", "transfer"];

/** Choices that only DeepHit's loss knows. */
const ofDeepHit: readonly ChoiceName[] = ["tail", "ranking", "ties", "sigma"];

/**
 * The choices of a protocol, each made otherwise in every way that has a name, and some numbers.
 *
 * @example
 * ```ts
 * import { multiverseChanges, protocol } from "@ctsurv/ctsurv/study";
 * import { assert } from "@std/assert";
 *
 * const names = multiverseChanges(protocol("paper")).map(({ name }) => name);
 * assert(names.includes("attention=linear") && names.includes("seed=43"));
 * assert(!names.includes("attention=gated")); // that is the headline's
 * ```
 */
export function multiverseChanges({ choices }: Pick<Protocol, "choices">): MultiverseChange[] {
  return (Object.keys(allowedValues) as ChoiceName[]).flatMap((choice) => {
    if (elsewhere.includes(choice)) return [];
    const allowed = allowedValues[choice];
    const values: readonly (string | number)[] = Array.isArray(allowed) ? allowed : numbers[choice] ?? [];
    return values.filter((value) => value !== choices[choice])
      .map((value) => ({ name: `${choice}=${value}`, choice, value }));
  });
}

/**
 * Changes that somebody asks for by name, such as `attention=linear`, or by a choice, such as `seed` for all of its rows.
 *
 * @example
 * ```ts
 * import { findChanges, protocol } from "@ctsurv/ctsurv/study";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const names = findChanges(["seed", "attention=mlp"], protocol("paper")).map(({ name }) => name);
 * assertEquals(names, ["seed=43", "seed=44", "attention=mlp"]);
 * assertThrows(() => findChanges(["tail=on"], protocol("paper")), Error, "The headline has tail=on already");
 * ```
 *
 * @throws {InputError} If there is no such choice, it cannot have the value, or the headline has it anyway.
 */
export function findChanges(asked: readonly string[], protocol: Pick<Protocol, "choices">): MultiverseChange[] {
  const all = multiverseChanges(protocol);
  return asked.flatMap((name) => {
    const rows = all.filter((row) => row.choice === name);
    if (rows.length > 0) return rows;
    const [[choice, value]] = Object.entries(parseChoices([name])) as [[ChoiceName, string | number]];
    if (protocol.choices[choice] === value) {
      throw new InputError(`The headline has ${name} already: ask for another value of ${choice}`);
    }
    return [{ name: `${choice}=${value}`, choice, value }];
  });
}

/** What is known of a change beforehand. */
export interface KnownEffect {
  /** Whether predictions are equal to the last bit, or but for rounding. */
  readonly effect: "none" | "rounding";
  /** Why. */
  readonly note: string;
}

/**
 * The changes that are proven to have no effect on a model, by name; tests/study/multiverse_test.ts has the proofs.
 * Undefined where a change must move the predictions.
 *
 * @example
 * ```ts
 * import { alexNet, efficientNetB0 } from "@ctsurv/ctsurv/nn";
 * import { knownEffect, protocol } from "@ctsurv/ctsurv/study";
 * import { assertEquals } from "@std/assert";
 *
 * const { choices } = protocol("workshop");
 * const readout = { choice: "readout", value: "penultimate" } as const;
 * assertEquals(knownEffect(readout, { architecture: efficientNetB0, trained: false, choices })?.effect, "none");
 * assertEquals(knownEffect(readout, { architecture: alexNet, trained: false, choices }), undefined);
 * ```
 */
export function knownEffect(
  { choice, value }: Pick<MultiverseChange, "choice" | "value">,
  { architecture, trained, choices, aggregation }: {
    readonly architecture: Pick<BackboneArchitecture, "title" | "features" | "penultimateFeatures">;
    /** Whether its weights were ever trained. */
    readonly trained: boolean;
    /** The headline's. */
    readonly choices: Choices;
    /** The row's own, in place of the protocol's soft attention. @default {the row has none} */
    readonly aggregation?: AggregationChoice;
  },
): KnownEffect | undefined {
  if (choices.loss !== "deephit" && ofDeepHit.includes(choice)) {
    return { effect: "none", note: `the loss ${choices.loss} has no ${choice}` };
  }
  // Under selection=validation it also chooses the epoch.
  if (choice === "ctd" && choices.selection === "last") {
    return { effect: "none", note: "the same predictions, read otherwise" };
  }
  if (aggregation && (choice === "attention" || choice === "attentionWidth")) {
    return { effect: "none", note: `the row has an aggregation of its own, ${aggregation.kind}` };
  }
  if (choice === "sliceOrder") {
    return {
      effect: "rounding",
      note: "attention does not depend on the order: this is how far rounding alone carries over the training",
    };
  }
  if (choice === "readout" && architecture.features === architecture.penultimateFeatures) {
    return { effect: "none", note: `the last layer of ${architecture.title} takes the pooled features themselves` };
  }
  if (choice === "attentionWidth" && choices.attention === "linear") {
    return { effect: "none", note: "linear attention has no hidden layer" };
  }
  const scaled = (scaling: unknown) => scaling === "all" || (scaling === "untrained" && !trained);
  if (choice === "scaleFeatures" && scaled(value) === scaled(choices.scaleFeatures)) {
    return { effect: "none", note: `these features are ${scaled(value) ? "" : "not "}scaled under both` };
  }
  if (choice === "featureScale" && !scaled(choices.scaleFeatures)) {
    return { effect: "none", note: "these features are not scaled" };
  }
  return undefined;
}
