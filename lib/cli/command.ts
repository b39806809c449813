import { parseArgs } from "node:util";
import { InputError } from "@ctsurv/base/mod.ts";
import { lungMethods } from "@ctsurv/lungs/mod.ts";
import type { AggregationChoice, BackboneArchitecture } from "@ctsurv/nn/mod.ts";
import type { Environment } from "@ctsurv/study/mod.ts";

const KINDS = ["gated", "average", "self-attention", "linear", "mlp"] satisfies AggregationChoice["kind"][];

/** `--aggregation`: how a patient's slices become one vector. */
export const aggregationOption: CommandOption = {
  describe: `how slices become one vector: ${KINDS.join(", ")} (default: gated, the paper's soft attention)`,
  value: "NAME",
};

/**
 * The aggregation that was asked for.
 *
 * @param architecture The backbone that gives the slices' vectors, if there is but one.
 * @throws {InputError} If there is none of that name, or the backbone takes volumes, whose slices share one vector.
 */
export function parseAggregation(
  text: string | true | undefined,
  architecture?: Pick<BackboneArchitecture, "name" | "input">,
): AggregationChoice {
  const kind = KINDS.find((one) => one === (text ?? "gated"));
  if (!kind) throw new InputError(`Unknown aggregation "${text}": choose one of ${KINDS.join(", ")}`);
  if (text !== undefined && architecture?.input === "volume") {
    throw new InputError(
      `${architecture.name} gives one vector for all slices of a patient, so that there is nothing to aggregate: leave ` +
        "out --aggregation",
    );
  }
  return { kind };
}

/** Rows of cells as lines of text: the first column to the left, the others to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)).join("  ")
      .trimEnd()
  );
}

/** One `--option` of a command. */
export interface CommandOption {
  readonly describe: string;
  /** What stands for the value in the help, such as `DIR`; an option without it is a switch. */
  readonly value?: string;
  /** Used when the option is not given. */
  readonly default?: string;
  readonly required?: boolean;
  /** May be given several times; the values come one a line. */
  readonly repeatable?: boolean;
}

/** What a command was called with: every option is a string, or for a switch `true`, or absent. */
export interface CommandInput {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | true | undefined>>;
  /** For commands that read it. @default {what the process's variables say} */
  readonly environment?: Environment;
}

/** What a command gives back: `text` for people, `json` for programs (printed on `--json`). */
export interface CommandOutput {
  readonly text: string;
  readonly json: unknown;
  /** 1 where the answer is no. @default {0} */
  readonly exitCode?: 0 | 1;
}

/** A command of `deno task ctsurv`. `run` throws `InputError` for anything the user got wrong. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /**
   * Positional arguments, in order, as they stand in the help, such as `["PATH"]`. All are required, but for a last one
   * such as `[NAME...]`, which takes any number.
   */
  readonly positionals?: readonly string[];
  readonly options: Readonly<Record<string, CommandOption>>;
  /** What its help says after the options. */
  readonly details?: string;
  run(input: CommandInput): Promise<CommandOutput>;
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const positionals = command.positionals ?? [];
  const rows = Object.entries(command.options).map(([name, option]) => [
    `  --${name}${option.value ? ` ${option.value}` : ""}`,
    option.describe + (option.repeatable ? "; may be repeated" : "") +
    (option.required ? " (required)" : option.default ? ` (default: ${option.default})` : ""),
  ]);
  rows.push(["  --json", "print JSON"], ["  --help", "print this"]);
  const width = Math.max(...rows.map(([left]) => left!.length)) + 2;
  return [
    command.summary,
    "",
    `Usage: deno task ctsurv ${[command.name, ...positionals].join(" ")} [options]`,
    "",
    ...rows.map(([left, right]) => left!.padEnd(width) + right),
    ...command.details === undefined ? [] : ["", command.details],
  ].join("\n");
}

/**
 * Reads a command's arguments.
 *
 * @throws {InputError} On an unknown option, a missing value, or the wrong number of positional arguments.
 */
export function parseCommand(command: Command, args: readonly string[]): CommandInput {
  const options = Object.fromEntries(
    Object.entries(command.options).map((
      [name, option],
    ) => [name, {
      type: option.value ? "string" as const : "boolean" as const,
      multiple: option.repeatable ?? false,
    }]),
  );
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new InputError(`${(error as Error).message}. See "ctsurv ${command.name} --help"`);
  }
  const wanted = command.positionals ?? [];
  const isOpen = wanted.at(-1)?.endsWith("...]") ?? false;
  const needed = isOpen ? wanted.length - 1 : wanted.length;
  if (parsed.positionals.length < needed || (!isOpen && parsed.positionals.length > needed)) {
    throw new InputError(
      `"ctsurv ${command.name}" takes ${wanted.length === 0 ? "no arguments" : wanted.join(" ")}, got ${
        parsed.positionals.length === 0 ? "none" : parsed.positionals.join(" ")
      }. See "ctsurv ${command.name} --help"`,
    );
  }
  const values: Record<string, string | true | undefined> = {};
  for (const [name, option] of Object.entries(command.options)) {
    const parsedValue = parsed.values[name];
    const given = Array.isArray(parsedValue) ? parsedValue.join("\n") : parsedValue;
    const value = given === undefined || given === false ? option.default : given;
    if (value === undefined && option.required) {
      throw new InputError(`"ctsurv ${command.name}" needs --${name} ${option.value ?? ""}: ${option.describe}`);
    }
    values[name] = value;
  }
  return { positionals: parsed.positionals, options: values };
}

/** `--lungs`, of every command that preprocesses: an argument of `createLungSegmenter`. */
export const lungsOption: CommandOption = {
  describe: `how to find the lungs: ${lungMethods.join(", ")} (default: CTSURV_LUNGS, else unet)`,
  value: "NAME",
};

/**
 * A whole number from the command line, such as the 42 of `--seed 42`.
 *
 * @throws {InputError} If the text is none.
 */
export function parseWholeNumber(option: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InputError(`--${option} takes a whole number, not "${text}"`);
  return Number(text);
}
