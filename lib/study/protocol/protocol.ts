import { InputError } from "@ctsurv/base/mod.ts";
import { allowedValues, type ChoiceName, type Choices, type NumberRange } from "./choices.ts";
import { notBuilt } from "./_not_built.ts";
import { type ProtocolName, protocols } from "./presets.ts";

/** How the paper is read. A profile says how much is run, a protocol how. */
export interface Protocol {
  /** The preset's name and what differs from it: "paper", or "paper, initialisation=xavier". */
  readonly name: string;
  /** The preset that it begins with. */
  readonly preset: ProtocolName;
  /** Every choice. */
  readonly choices: Choices;
}

/**
 * A protocol: one that has a name, or that with some choices made otherwise.
 *
 * @example
 * ```ts
 * import { protocol } from "@ctsurv/ctsurv/study";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const { name, choices } = protocol("paper", { initialisation: "xavier" });
 * assertEquals(name, "paper, initialisation=xavier");
 * assertEquals([choices.initialisation, choices.attention], ["xavier", "gated"]);
 * assertEquals(protocol("paper", { initialisation: "pytorch" }).name, "paper"); // as it is anyway
 * assertThrows(() => protocol("lancet"), Error, 'Unknown protocol "lancet"');
 * ```
 *
 * @throws {InputError} If there is no such protocol, or a choice cannot be so.
 */
export function protocol(preset: string, changes: Partial<Choices> = {}): Protocol {
  if (!Object.hasOwn(protocols, preset)) {
    throw new InputError(
      `Unknown protocol "${preset}" (CTSURV_PROTOCOL): choose one of ${Object.keys(protocols).join(", ")}`,
    );
  }
  const base = protocols[preset as ProtocolName];
  const choices = { ...base, ...changes };
  const problems = names.flatMap((name) => describeProblem(name, choices[name]) ?? []);
  if (problems.length > 0) throw new InputError(`Protocol ${preset}: ${problems.join("; ")}`);
  const changed = names.filter((name) => choices[name] !== base[name]).map((name) => `${name}=${choices[name]}`);
  return { name: [preset, ...changed].join(", "), preset: preset as ProtocolName, choices };
}

const names = Object.keys(allowedValues) as ChoiceName[];

/**
 * Reads choices as they are typed, such as `initialisation=xavier`.
 *
 * @example
 * ```ts
 * import { parseChoices } from "@ctsurv/ctsurv/study";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(parseChoices(["attention=linear", "seed=7"]), { attention: "linear", seed: 7 });
 * assertThrows(() => parseChoices(["attention=hard"]), Error, "choose gated, linear or mlp");
 * ```
 *
 * @throws {InputError} If a text is no choice, names one that there is not, or gives it a value that it cannot have.
 */
export function parseChoices(texts: readonly string[]): Partial<Choices> {
  const entries = texts.map((text) => {
    const at = text.indexOf("=");
    const [name, typed] = at === -1 ? [text.trim(), ""] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    if (!Object.hasOwn(allowedValues, name)) {
      throw new InputError(`Unknown choice "${name}" in "${text}". The choices are ${names.join(", ")}`);
    }
    if (typed === "") {
      throw new InputError(`The choice "${text}" needs a value, such as ${example(name as ChoiceName)}`);
    }
    const value = Array.isArray(allowedValues[name as ChoiceName]) || Number.isNaN(Number(typed))
      ? typed
      : Number(typed);
    const problem = describeProblem(name as ChoiceName, value);
    if (problem !== undefined) throw new InputError(problem);
    return [name, value] as const;
  });
  const twice = entries.find(([name], i) => entries.findIndex(([other]) => other === name) !== i);
  if (twice) throw new InputError(`The choice ${twice[0]} is made twice; make it once`);
  return Object.fromEntries(entries) as Partial<Choices>;
}

function example(name: ChoiceName): string {
  return `${name}=${protocols.paper[name]}`;
}

/** Why a choice cannot have a value; undefined if it can. */
function describeProblem(name: ChoiceName, value: string | number): string | undefined {
  const allowed: NumberRange | readonly (string | number)[] = allowedValues[name];
  if (!("least" in allowed)) {
    if (!allowed.includes(value)) return `${name} cannot be ${value}; choose ${listed(allowed)}`;
  } else {
    const { least, most, whole } = allowed;
    const isNumber = typeof value === "number" && value >= least && value <= most &&
      (!whole || Number.isInteger(value));
    if (!isNumber) return `${name} is a ${whole ? "whole " : ""}number from ${least} to ${most}, not ${value}`;
  }
  const isMissing = (notBuilt[name] as readonly unknown[] | undefined)?.includes(value);
  return isMissing ? `${name}=${value} is not built yet, so no result can be made with it` : undefined;
}

function listed(words: readonly unknown[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
