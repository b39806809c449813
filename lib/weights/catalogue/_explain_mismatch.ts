import type { Comparison } from "./match_network.ts";
import { networkParameters } from "./_network_parameters.ts";
import type { PretrainedFile } from "./pretrained_file.ts";

/** The largest number of names in a message. */
const SHOWN_NAMES = 3;

/** Why a file is none of these networks: the one that comes nearest, what differs, and what to do. */
export function explainMismatch(
  path: string,
  comparisons: readonly Comparison[],
  entries: readonly PretrainedFile[],
): string {
  const networks = [...new Set(entries.map(({ architecture }) => architecture))];
  const nearest = comparisons.toSorted((a, b) => likeness(b) - likeness(a))[0];
  if (!nearest || likeness(nearest) < 0.5) {
    return `${path} is not a file that ctsurv knows, and its tensors are not those of ${networks.join(", ")}`;
  }
  const { entry: { architecture }, prefix, missing, unlike, unexpected, doubled } = nearest;
  const problems = [
    ...listing("missing", missing.map((name) => prefix + name)),
    ...listing("of another shape or type", unlike),
    ...listing("not of this network", unexpected),
    ...listing("there twice", doubled),
  ];
  return `${path}: ${prefix === "" ? "its tensors" : `its tensors under "${prefix}"`} are nearly those of ` +
    `${architecture}, but not all: ${problems.join("; ")}. ${remedyFor(nearest)}`;
}

/** The share of a network's parameters that a file has, less what it has besides. */
function likeness({ entry, fitting, unexpected }: Comparison): number {
  const { size } = networkParameters(entry.architecture).trunk;
  return (fitting - unexpected.length / 2) / size;
}

function remedyFor({ entry: { architecture }, prefix, missing, unlike, unexpected }: Comparison): string {
  const weights = 'torch.save(NETWORK.state_dict(), "weights.pth")';
  if (missing.length === 0 && unlike.length === 0 && unexpected.length > 0) {
    return `If these are layers beside the network, save the network without them, in Python: ${weights}. If they are ` +
      `within it, it is another network than ${architecture}, which ctsurv does not have`;
  }
  if (missing.length > 0 && unlike.length === 0 && unexpected.length === 0) {
    return `The file is not complete. Save the whole network, in Python: ${weights}`;
  }
  const names = prefix === "" ? "" : ` Compare the names under "${prefix}" with those that ctsurv wants.`;
  return `It is another variant of ${architecture}, which ctsurv does not have.${names} "ctsurv inspect" lists the ` +
    "tensors of a file";
}

function listing(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : "";
  return [`${names.length} ${what} (${names.slice(0, SHOWN_NAMES).join("; ")}${more})`];
}

/** A file that has a network several times: nobody says which copy is meant. */
export function severalCopies(path: string, whole: readonly Comparison[]): string {
  const prefixes = [...new Set(whole.map(({ prefix }) => prefix))];
  return `${path} holds the weights of ${whole[0]!.entry.architecture} ${prefixes.length} times, under ` +
    `${prefixes.map((prefix) => `"${prefix}"`).join(" and ")}, and does not say which are meant. Save one of them ` +
    'alone, in Python: torch.save(NETWORK.state_dict(), "weights.pth"), or only the entries whose names begin with ' +
    `"${prefixes.at(-1)}"`;
}
