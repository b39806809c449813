import { parseArgs } from "node:util";
import { InputError } from "@ctsurv/base/mod.ts";
import type { Environment } from "@ctsurv/study/mod.ts";

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

/** The help of one command. */
export function commandHelp(command: Command): string {
  const positionals = command.positionals ?? [];
  const rows = Object.entries(command.options).map(([name, option]) => [
    `  --${name}${option.value ? ` ${option.value}` : ""}`,
    option.describe + (option.repeatable ? "; may be repeated" : "") +
    (option.required ? " (required)" : option.default ? ` (default: ${option.default})` : ""),
  ]);
  rows.push(["  --json", "print JSON"], ["  --help", "print this help"]);
  const width = Math.max(...rows.map(([left]) => left!.length)) + 2;
  return [
    command.summary,
    "",
    `Usage: deno task ctsurv ${[command.name, ...positionals].join(" ")} [options]`,
    ...command.aliases === undefined ? [] : [`Alias: ${command.aliases.join(", ")}`],
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

/**
 * A whole number from the command line, such as the 42 of `--seed 42`.
 *
 * @throws {InputError} If the text is not a whole number.
 */
export function parseWholeNumber(option: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InputError(`--${option} takes a whole number, not "${text}"`);
  return Number(text);
}
