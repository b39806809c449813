import project from "../../deno.json" with { type: "json" };
import { InputError, systemErrorMessage } from "@ctsurv/base/mod.ts";
import { closest } from "./arguments.ts";
import { type Command, commandHelp, parseCommand } from "./command.ts";
import { pathHint } from "./path_hint.ts";

/**
 * Every command, in the order of the help, under its name and its aliases. Each is loaded only when it is asked for:
 * `phantom` needs no tensors.
 */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  phantom: async () => (await import("./commands/phantom.ts")).phantom,
  import: async () => (await import("./commands/import.ts")).importCommand,
  inspect: async () => (await import("./commands/inspect.ts")).inspect,
  qc: async () => (await import("./commands/qc.ts")).qc,
  preprocess: async () => (await import("./commands/preprocess.ts")).preprocess,
  weights: async () => (await import("./commands/weights.ts")).weights,
  features: async () => (await import("./commands/features.ts")).features,
  embed: async () => (await import("./commands/features.ts")).features,
  flops: async () => (await import("./commands/flops.ts")).flops,
  fit: async () => (await import("./commands/fit.ts")).fit,
  prepare: async () => (await import("./commands/prepare.ts")).prepare,
  "cross-validate": async () => (await import("./commands/cross_validate.ts")).crossValidate,
  predict: async () => (await import("./commands/predict.ts")).predict,
  export: async () => (await import("./commands/export.ts")).exportCommand,
  evaluate: async () => (await import("./commands/evaluate.ts")).evaluate,
  clinical: async () => (await import("./commands/clinical.ts")).clinical,
  losses: async () => (await import("./commands/losses.ts")).losses,
  fusion: async () => (await import("./commands/fusion.ts")).fusion,
  multiverse: async () => (await import("./commands/multiverse.ts")).multiverse,
  "learning-curve": async () => (await import("./commands/learning_curve.ts")).learningCurveCommand,
  repeat: async () => (await import("./commands/repeat.ts")).repeat,
  validate: async () => (await import("./commands/validate.ts")).validate,
  "train-backbone": async () => (await import("./commands/train_backbone.ts")).trainBackboneCommand,
  "train-lungs": async () => (await import("./commands/train_lungs.ts")).trainLungs,
  notebook: async () => (await import("./commands/notebook.ts")).notebook,
  report: async () => (await import("./commands/report.ts")).report,
  verdicts: async () => (await import("./commands/verdicts.ts")).verdicts,
  methods: async () => (await import("./commands/methods.ts")).methods,
  reproduce: async () => (await import("./commands/reproduce.ts")).reproduce,
  verify: async () => (await import("./commands/verify.ts")).verify,
  kernel: async () => (await import("./commands/kernel.ts")).kernel,
  clean: async () => (await import("./commands/clean.ts")).clean,
};

const isHelp = (arg: string) => arg === "--help" || arg === "-h";

async function help(): Promise<string> {
  const entries = await Promise.all(Object.entries(commands).map(async ([key, load]) => ({ key, ...await load() })));
  const loaded = entries.filter(({ key, name }) => key === name);
  const width = Math.max(...loaded.map(({ name }) => name.length)) + 2;
  return [
    "Predict two-year survival of lung cancer patients from CT.",
    "",
    "Usage: deno task ctsurv <command> [options]",
    "",
    ...loaded.map(({ name, aliases, summary }) =>
      `  ${name.padEnd(width)}${summary}${aliases ? ` (alias: ${aliases.join(", ")})` : ""}`
    ),
    "",
    'Run "deno task ctsurv help <command>" for the options of a command, and "--version" for the version.',
    "Relative paths count from the root of the repository.",
  ].join("\n");
}

/**
 * The command of a name or an alias.
 *
 * @throws {InputError} If there is none.
 */
async function findCommand(name: string): Promise<Command> {
  if (Object.hasOwn(commands, name)) return await commands[name]!();
  const known = Object.keys(commands);
  const near = closest(name.toLowerCase(), known);
  throw new InputError(
    `Unknown command "${name}": choose one of ${known.join(", ")}.${near ? ` Did you mean ${near}?` : ""} ` +
      'See "ctsurv --help"',
  );
}

/** What the command line prints on stdout, and its exit code. */
async function answer(args: readonly string[]): Promise<readonly [text: string, exitCode: 0 | 1]> {
  const [name, ...rest] = args;
  if (name === undefined || isHelp(name)) return [await help(), 0];
  if (name === "--version" || name === "-V") return [`ctsurv ${project.version} (Deno ${Deno.version.deno})`, 0];
  const end = rest.indexOf("--");
  const [before, after] = end === -1 ? [rest, []] : [rest.slice(0, end), rest.slice(end)];
  if (name === "help") {
    const [wanted] = before.filter((arg) => !isHelp(arg));
    return [wanted === undefined ? await help() : commandHelp(await findCommand(wanted)), 0];
  }
  const command = await findCommand(name);
  if (before.some(isHelp)) return [commandHelp(command), 0];
  const given = parseCommand(command, [...before.filter((arg) => arg !== "--json"), ...after]);
  const { text, json, exitCode = 0 } = await command.run(given);
  return [before.includes("--json") ? JSON.stringify(json, null, 2) : text, exitCode];
}

/**
 * Runs the command line and returns the exit code: 0; 1 if a command answers no; or 2, with one message on stderr, for
 * anything the user got wrong, and for files that the system does not give or take. A defect of the program itself is
 * thrown, with its stack.
 */
export async function main(args: readonly string[]): Promise<number> {
  // As in "deno task ctsurv -- evaluate".
  const given = args[0] === "--" ? args.slice(1) : args;
  try {
    const [text, exitCode] = await answer(given);
    console.log(text);
    return exitCode;
  } catch (error) {
    const message = error instanceof InputError ? error.message : systemErrorMessage(error);
    if (message === undefined) throw error;
    const hint = pathHint(given, message);
    console.error([`ctsurv: ${message}`, ...hint === undefined ? [] : [hint]].join("\n"));
    return 2;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
