import { join } from "node:path";
import { checkOutputFolder, InputError, terminalProgress } from "@ctsurv/base/mod.ts";
import { type Environment, readEnvironment } from "@ctsurv/study/mod.ts";
import { addWeights, CATALOGUE, fetchWeights, findEntries, verifyWeights } from "@ctsurv/weights/mod.ts";
import type { Command, CommandInput, CommandOutput } from "../command.ts";

type Verb = (input: CommandInput, environment: Environment) => Promise<CommandOutput>;

const verbs: Readonly<Record<string, Verb>> = { list, fetch, verify, add };

/** `ctsurv weights list | fetch NAME... | verify | add FILE`: files of pretrained weights. */
export const weights: Command = {
  name: "weights",
  summary: "Manage pretrained weights: list, fetch NAME..., verify, or add FILE (a file that you already have).",
  positionals: ["list|fetch|verify|add", "[NAME|FILE...]"],
  options: {
    timeout: { describe: "give up when a server sends nothing for this long", value: "SECONDS", default: "30" },
  },
  async run(input) {
    const verb = input.positionals[0]!;
    const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (!run) {
      throw new InputError(`"ctsurv weights" does not know "${verb}": choose one of ${Object.keys(verbs).join(", ")}`);
    }
    return await run(input, input.environment ?? readEnvironment());
  },
};

async function list(input: CommandInput, { weightsFolder: folder }: Environment): Promise<CommandOutput> {
  takeNone(input);
  const json = await Promise.all(CATALOGUE.map(async (entry) => {
    const { name, file, bytes, sha256, licence, trainedOn, url } = entry;
    const path = join(folder, file);
    const size = await Deno.stat(path).then((info) => info.size, () => undefined);
    const isDefault = findEntries(entry.architecture)[0] === entry;
    return {
      name,
      isDefault,
      isPresent: size !== undefined,
      path,
      bytes: size ?? bytes,
      sha256,
      licence,
      trainedOn,
      url,
    };
  }));
  const rows = json.map(({ name, isDefault, isPresent, bytes, licence, url }) => [
    isDefault ? `${name} *` : name,
    isPresent ? "yes" : "no",
    bytes === undefined ? "?" : `${Math.round(bytes / 1e6)} MB`,
    licence,
    url,
  ]);
  const text = [
    alignColumns([["name", "here", "size", "licence", "source"], ...rows]),
    "",
    `* the default weights of the network. Folder: ${folder} (CTSURV_WEIGHTS_DIR)`,
  ].join("\n");
  return { text, json };
}

async function fetch(
  { positionals: [, ...names], options }: CommandInput,
  { weightsFolder: folder, weightsMirror: mirror }: Environment,
): Promise<CommandOutput> {
  if (names.length === 0) throw new InputError('"ctsurv weights fetch" needs names; "ctsurv weights list" shows them');
  const stallSeconds = Number(options.timeout);
  if (!(stallSeconds > 0 && stallSeconds < 1e6)) {
    throw new InputError(`--timeout takes a number of seconds, not "${options.timeout}"`);
  }
  const entries = names.map((name) => findEntries(name)[0]!);
  await checkOutputFolder(folder);
  const json = [];
  for (const entry of entries) {
    const file = await fetchWeights(entry, {
      folder,
      ...mirror !== undefined && { mirror },
      stallSeconds,
      progress: terminalProgress(),
    });
    json.push({ name: entry.name, ...file, isVerified: entry.sha256 !== undefined });
  }
  const text = json.map(({ name, path, wasThere, isVerified, sha256 }) =>
    `${name}: ${path}${wasThere ? ", already there" : ""}${isVerified ? "" : unverified(sha256)}`
  ).join("\n");
  return { text, json };
}

async function verify(input: CommandInput, { weightsFolder: folder }: Environment): Promise<CommandOutput> {
  takeNone(input);
  const json = await verifyWeights(folder);
  const text = json.map(({ path, kind, tensors, isVerified, sha256 }) =>
    `${path}: ${kind}, ${tensors} tensors${isVerified ? ", as in the catalogue" : unverified(sha256)}`
  ).join("\n");
  return { text: text || `No weights in ${folder}`, json };
}

async function add(
  { positionals: [, file, ...more] }: CommandInput,
  { weightsFolder: folder }: Environment,
): Promise<CommandOutput> {
  if (file === undefined || more.length > 0) throw new InputError('"ctsurv weights add" needs one FILE');
  const { path, entry, sha256, isVerified, notes } = await addWeights(file, folder);
  const name = isVerified ? entry.name : entry.architecture;
  return {
    text: [`${name}: ${path}${isVerified ? "" : unverified(sha256)}`, ...notes.map((note) => `  ${note}`)].join("\n"),
    json: { name, path, sha256, isVerified, notes },
  };
}

/** The warning about weights that are recognised only by their names and shapes. */
function unverified(sha256: string): string {
  return `\n  warning: recognised only by names and shapes; SHA-256 ${sha256} is not in the catalogue`;
}

function takeNone({ positionals: [verb, ...more] }: CommandInput): void {
  if (more.length > 0) throw new InputError(`"ctsurv weights ${verb}" takes no more arguments, got ${more.join(" ")}`);
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()).join("\n");
}
