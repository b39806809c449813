import { InputError } from "@ctsurv/common/mod.ts";
import { type Command, commandHelp, parseCommand } from "./command.ts";

const commands: readonly Command[] = [];

function help(): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 2;
  return [
    "Two-year survival of lung-cancer patients from CT.",
    "",
    "Usage: deno task ctsurv <command> [options]",
    "",
    ...commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}`),
    "",
    'Each command explains itself with "--help".',
  ].join("\n");
}

/**
 * Runs the command line and returns the exit code: 0, or 2 with one message on stderr for anything the user got wrong.
 * A defect of the program itself is thrown, with its stack.
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "help") {
    console.log(help());
    return 0;
  }
  try {
    const command = commands.find((candidate) => candidate.name === name);
    if (!command) throw new InputError(`Unknown command "${name}".\n\n${help()}`);
    if (rest.includes("--help")) {
      console.log(commandHelp(command));
      return 0;
    }
    const json = rest.includes("--json");
    const { text, json: value } = await command.run(parseCommand(command, rest.filter((arg) => arg !== "--json")));
    console.log(json ? JSON.stringify(value, null, 2) : text);
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(`ctsurv: ${error.message}`);
    return 2;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
