import { InputError } from "@ctsurv/base/mod.ts";
import type { Environment } from "@ctsurv/study/mod.ts";
import { sortArguments } from "./arguments.ts";

/** Rows of cells as lines of text: the first column aligned left, the others right. */
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
  /** The value's placeholder in the help, such as `DIR`; an option without one is a switch. */
  readonly value?: string;
  /** Used when the option is not given. */
  readonly default?: string;
  readonly required?: boolean;
  /** May be given several times; the values come one a line. */
  readonly repeatable?: boolean;
}

/** The arguments of a command: every option is a string, or `true` for a switch, or absent. */
export interface CommandInput {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | true | undefined>>;
  /** For commands that read it. @default {what the process's variables say} */
  readonly environment?: Environment;
}

/** The result of a command: `text` for people, `json` for programs (printed with `--json`). */
export interface CommandOutput {
  readonly text: string;
  readonly json: unknown;
  /** 1 if the answer is no. @default {0} */
  readonly exitCode?: 0 | 1;
}

/** A command of `deno task ctsurv`. `run` throws `InputError` for anything the user got wrong. */
export interface Command {
  readonly name: string;
  /** Other names that it answers to. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  /**
   * Positional arguments, in order, as the help prints them, such as `["PATH"]`. All are required, but a last one such as
   * `[NAME...]` takes any number.
   */
  readonly positionals?: readonly string[];
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Text of its help after the options. */
  readonly details?: string;
  run(input: CommandInput): Promise<CommandOutput>;
}

/** Columns of a terminal that the help takes. */
const WIDTH = 110;

/** The help of one command. */
export function commandHelp(command: Command): string {
  const positionals = command.positionals ?? [];
  const rows = Object.entries(command.options).map(([name, option]): [string, string] => [
    `  --${name}${option.value ? ` ${option.value}` : ""}`,
    option.describe + (option.repeatable ? "; may be repeated" : "") +
    (option.required ? " (required)" : option.default ? ` (default: ${option.default})` : ""),
  ]);
  rows.push(["  --json", "print JSON"], ["  --help", "print this help"]);
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    command.summary,
    "",
    `Usage: deno task ctsurv ${[command.name, ...positionals].join(" ")} [options]`,
    ...command.aliases === undefined ? [] : [`Alias: ${command.aliases.join(", ")}`],
    "",
    ...rows.flatMap(([left, right]) =>
      wrap(right, WIDTH - width).map((line, i) => (i === 0 ? left : "").padEnd(width) + line)
    ),
    "",
    "Relative paths count from the root of the repository.",
    ...command.details === undefined ? [] : ["", command.details],
  ].join("\n");
}

/** Lines of at most so many characters; a longer word stays whole. */
function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}

/**
 * Reads a command's arguments.
 *
 * @throws {InputError} On an unknown option, a missing value, or the wrong number of positional arguments.
 */
export function parseCommand(command: Command, args: readonly string[]): CommandInput {
  const see = `See "ctsurv ${command.name} --help"`;
  let sorted;
  try {
    sorted = sortArguments(args, command.options);
  } catch (error) {
    throw new InputError(`${(error as Error).message}. ${see}`);
  }
  const { positionals, values: given } = sorted;
  const wanted = command.positionals ?? [];
  const isOpen = wanted.at(-1)?.endsWith("...]") ?? false;
  const needed = isOpen ? wanted.length - 1 : wanted.length;
  if (positionals.length < needed || (!isOpen && positionals.length > needed)) {
    const blanks = positionals.length > needed ? ". A path with blanks must be in quotes" : "";
    throw new InputError(
      `"ctsurv ${command.name}" takes ${wanted.length === 0 ? "no arguments" : wanted.join(" ")}, got ${
        positionals.length === 0 ? "none" : positionals.join(" ")
      }${blanks}. ${see}`,
    );
  }
  const values: Record<string, string | true | undefined> = {};
  for (const [name, option] of Object.entries(command.options)) {
    const all = given.get(name);
    const value = all === undefined ? option.default : all[0] === true ? true : all.join("\n");
    if (value === undefined && option.required) {
      throw new InputError(`"ctsurv ${command.name}" needs --${name} ${option.value ?? ""}: ${option.describe}`);
    }
    values[name] = value;
  }
  return { positionals, options: values };
}

/**
 * A whole number from the command line, such as the 42 of `--seed 42`.
 *
 * @throws {InputError} If the text is not a whole number.
 */
export function parseWholeNumber(option: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InputError(`--${option} takes a whole number, not "${text}"`);
  return Number(text);
}

/**
 * A number from the command line, such as the 0.5 of `--ridge 0.5`. It has no sign.
 *
 * @param what Which numbers it takes, for the message.
 * @throws {InputError} If the text is not a number, or not a valid one.
 */
export function parseNumber(option: string, text: string, what: string, valid: (value: number) => boolean): number {
  const value = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (valid(value)) return value;
  throw new InputError(`--${option} takes a number, ${what}; not "${text}"`);
}
