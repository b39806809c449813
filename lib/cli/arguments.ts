import { InputError } from "@ctsurv/base/mod.ts";
import type { CommandOption } from "./command.ts";

/** Arguments sorted into options and the rest. */
export interface SortedArguments {
  readonly positionals: readonly string[];
  /** Values in the order in which they were given; of a switch, `true`. */
  readonly values: ReadonlyMap<string, readonly (string | true)[]>;
}

/**
 * Sorts arguments into options and positional arguments. `--name VALUE` and `--name=VALUE` are the same; after `--`
 * everything is positional.
 *
 * @param options Those of the command.
 * @throws {InputError} On an option that there is not, or a value that is missing, empty or one too many. It quotes what
 *   was typed.
 */
export function sortArguments(
  args: readonly string[],
  options: Readonly<Record<string, CommandOption>>,
): SortedArguments {
  const positionals: string[] = [];
  const values = new Map<string, (string | true)[]>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") return { positionals: [...positionals, ...args.slice(i + 1)], values };
    if (!looksLikeOption(arg)) {
      positionals.push(arg);
      continue;
    }
    const [, name, inline] = /^--([^=]*)(?:=([^]*))?$/.exec(arg) ?? [];
    if (name === undefined || !Object.hasOwn(options, name)) throw unknownOption(arg, options);
    const option = options[name]!;
    if (option.value === undefined) {
      if (inline !== undefined) throw new InputError(`--${name} takes no value, but "${arg}" gives it one`);
      values.set(name, [true]);
      continue;
    }
    const value = inline ?? valueAfter(args[++i], name, option);
    if (value === "") throw new InputError(`--${name} is empty; it needs ${option.value}: ${option.describe}`);
    const before = values.get(name) ?? [];
    if (before.length > 0 && !option.repeatable) {
      throw new InputError(`--${name} is given twice, as "${before[0]}" and "${value}"; give it once`);
    }
    values.set(name, [...before, value]);
  }
  return { positionals, values };
}

/** Dashes that texts have in place of hyphens begin an option too, which there is not. */
function looksLikeOption(arg: string): boolean {
  return /^[-‐‑‒–—―−]/.test(arg) && !/^-(\d|\.\d|$)/.test(arg);
}

function valueAfter(value: string | undefined, name: string, { value: what, describe }: CommandOption): string {
  if (value === undefined) throw new InputError(`--${name} needs ${what}: ${describe}`);
  if (!value.startsWith("--")) return value;
  throw new InputError(
    `--${name} needs ${what}, but "${value}" follows. If that is the value, write --${name}=${value}`,
  );
}

function unknownOption(typed: string, options: Readonly<Record<string, CommandOption>>): InputError {
  const name = typed.replace(/^[-‐‑‒–—―−]+/, "").split("=")[0]!;
  const names = Object.keys(options);
  const near = names.includes(name) ? name : closest(name.toLowerCase(), names);
  const dash = /^[‐‑‒–—―−]/.test(typed) ? ". It begins with a dash from a text; type two hyphens" : "";
  const suggestion = near === undefined ? "" : `. Did you mean --${near}?`;
  const path = /^-[^-]/.test(typed) && near === undefined ? `. If it is a path, write ./${typed}` : "";
  const known = [...names, "json", "help"].map((one) => `--${one}`).join(", ");
  return new InputError(
    `Unknown option "${typed}"${dash}${suggestion}${path}${
      dash || suggestion || path ? "" : "."
    } The options are ${known}`,
  );
}

/** The name that a typing mistake was meant to be; undefined if it is like none. */
export function closest(typed: string, names: readonly string[]): string | undefined {
  const found = names.map((name) => ({ name, distance: distance(typed, name) }))
    .reduce((best, one) => one.distance < best.distance ? one : best, { name: "", distance: Infinity });
  if (found.distance <= Math.max(1, Math.floor(typed.length / 3))) return found.name;
  const begun = names.filter((name) => typed.length >= 3 && name.startsWith(typed));
  return begun.length === 1 ? begun[0] : undefined;
}

/** Letters to insert, delete or replace (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + Number(a[i - 1] !== b[j - 1])));
    }
    row = next;
  }
  return row[b.length]!;
}
