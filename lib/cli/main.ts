import { InputError } from "@ctsurv/base/mod.ts";
import { type Command, commandHelp, parseCommand } from "./command.ts";

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
  predict: async () => (await import("./commands/predict.ts")).predict,
  evaluate: async () => (await import("./commands/evaluate.ts")).evaluate,
  clinical: async () => (await import("./commands/clinical.ts")).clinical,
  "train-lungs": async () => (await import("./commands/train_lungs.ts")).trainLungs,
  notebook: async () => (await import("./commands/notebook.ts")).notebook,
  report: async () => (await import("./commands/report.ts")).report,
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
    'Run "deno task ctsurv <command> --help" for the options of a command.',
  ].join("\n");
}

/**
 * Runs the command line and returns the exit code: 0; 1 if a command answers no; or 2, with one message on stderr, for
 * anything the user got wrong. A defect of the program itself is thrown, with its stack.
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || isHelp(name)) {
    console.log(await help());
    return 0;
  }
  try {
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!load) {
      const known = Object.keys(commands).join(", ");
      throw new InputError(`Unknown command "${name}": choose one of ${known}. See "ctsurv --help"`);
    }
    const command = await load();
    if (rest.some(isHelp)) {
      console.log(commandHelp(command));
      return 0;
    }
    const json = rest.includes("--json");
    const { text, json: value, exitCode = 0 } = await command.run(
      parseCommand(command, rest.filter((arg) => arg !== "--json")),
    );
    console.log(json ? JSON.stringify(value, null, 2) : text);
    return exitCode;
  } catch (error) {
    if (!isUsersAffair(error)) throw error;
    console.error(`ctsurv: ${error.message}`);
    return 2;
  }
}

/** Whether an error concerns what the user named: an input, or a path that can be neither read nor written. */
function isUsersAffair(error: unknown): error is Error {
  const { AlreadyExists, IsADirectory, NotADirectory, PermissionDenied } = Deno.errors;
  return [InputError, AlreadyExists, IsADirectory, NotADirectory, PermissionDenied].some((kind) =>
    error instanceof kind
  );
}

if (import.meta.main) Deno.exit(await main(Deno.args));
