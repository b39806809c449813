import { InputError } from "@ctsurv/base/mod.ts";
import { belongsTo } from "@ctsurv/nn/mod.ts";
import { isStepCount } from "../load_weights.ts";
import type { Checkpoint } from "../open_checkpoint.ts";
import { explainMismatch, severalCopies } from "./_explain_mismatch.ts";
import { CATALOGUE } from "./catalogue.ts";
import { networkParameters } from "./_network_parameters.ts";
import type { PretrainedFile } from "./pretrained_file.ts";

/** How the tensors of a file are those of a network. */
export interface NetworkMatch {
  /** The catalogue's entry of the network, whose names the file has. */
  readonly entry: PretrainedFile;
  /** The file's name for each parameter of the architecture that the file has. */
  readonly sources: ReadonlyMap<string, string>;
  /** The parameters that the file does not have, all of the classifier. */
  readonly absent: readonly string[];
  /** The beginning of the file's names that the architecture's do not have, such as `state_dict.module.`; mostly "". */
  readonly prefix: string;
  /** What the file has besides the network or lacks, as sentences for people. Empty for a published file. */
  readonly notes: readonly string[];
}

/** The tensors under one prefix, compared with one network. */
export interface Comparison extends Pick<NetworkMatch, "entry" | "sources"> {
  /** As in the file, less the parts of wrappers. */
  readonly prefix: string;
  /** Parameters of the trunk that are there with their shape. */
  readonly fitting: number;
  /** Names of the trunk's parameters that are not there. */
  readonly missing: readonly string[];
  /** Tensors of the trunk with another shape or type, each as a text. */
  readonly unlike: readonly string[];
  /** The file's names of tensors that the network does not have. */
  readonly unexpected: readonly string[];
  /** Pairs of the file's tensors that would be the same parameter, each as a text. */
  readonly doubled: readonly string[];
  /** The file's names of tensors of another classifier. */
  readonly otherClassifier: readonly string[];
}

interface NamedTensor {
  /** In the file. */
  readonly source: string;
  /** Without the parts that PyTorch's wrappers put into names. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly isFloat: boolean;
}

/** What DataParallel, AveragedModel, torch.compile and FSDP put into names. No network here has a part of that name. */
const WRAPPERS: ReadonlySet<string> = new Set([
  "module",
  "_orig_mod",
  "_fsdp_wrapped_module",
  "_checkpoint_wrapped_module",
]);

/** The most parts of a prefix, such as the two of `state_dict.model.`, and the most tensors of a file that is looked at. */
const [LONGEST_PREFIX, MOST_TENSORS] = [8, 10_000];

/**
 * Finds the network whose weights a file holds, under whatever prefix: `module.`, `model.`, `backbone.`, `state_dict.`.
 * All that features are computed with must be there, with its shape. The classifier may be another one or none, and
 * tensors beside the prefix, such as an optimiser's, are left out.
 *
 * @param entries The networks and names to try. Default: all of the catalogue.
 * @throws {InputError} If it is none of them, or the file has one of them twice. The message names the network that comes
 * nearest, the tensors that differ, and what to do.
 */
export function matchNetwork(
  checkpoint: Pick<Checkpoint, "path" | "tensors">,
  entries: readonly PretrainedFile[] = CATALOGUE,
): NetworkMatch {
  const { path, tensors: { size } } = checkpoint;
  if (size > MOST_TENSORS) {
    throw new InputError(`${path} holds ${size} tensors, more than any file of weights has. Save the network alone`);
  }
  const tensors = [...checkpoint.tensors].map(([source, { shape, dtype }]): NamedTensor => ({
    source,
    name: source.split(".").filter((part) => !WRAPPERS.has(part)).join("."),
    shape,
    isFloat: dtype.includes("float"),
  }));
  const comparisons = entries.flatMap((entry) =>
    likelyPrefixes(tensors, entry).map((prefix) => compare(tensors, prefix, entry))
  );
  const whole = comparisons.filter(({ missing, unlike, unexpected, doubled }) =>
    [missing, unlike, unexpected, doubled].every((problems) => problems.length === 0)
  );
  if (new Set(whole.map(({ prefix }) => prefix)).size > 1) throw new InputError(severalCopies(path, whole));
  const [found] = whole;
  if (!found) throw new InputError(explainMismatch(path, comparisons, entries));
  const { entry, sources } = found;
  const prefix = filePrefix(found);
  const absent = [...networkParameters(entry.architecture).classifier.keys()].filter((name) => !sources.has(name));
  return { entry, prefix, sources, absent, notes: notesOf(found, { prefix, absent }, tensors) };
}

/** The prefixes, such as "" and "model.", under which there are at least half of a network's names. */
function likelyPrefixes(
  tensors: readonly NamedTensor[],
  { architecture, rename = (tensor) => tensor }: PretrainedFile,
) {
  const { trunk } = networkParameters(architecture);
  const hits = new Map<string, number>();
  for (const { name, shape } of tensors) {
    for (let parts = 0, start = 0; parts <= LONGEST_PREFIX && start < name.length; parts++) {
      if (trunk.has(rename({ name: name.slice(start), shape }).name)) {
        const prefix = name.slice(0, start);
        hits.set(prefix, (hits.get(prefix) ?? 0) + 1);
      }
      const dot = name.indexOf(".", start);
      start = dot === -1 ? name.length : dot + 1;
    }
  }
  return [...hits].filter(([, count]) => count >= trunk.size / 2).map(([prefix]) => prefix);
}

function compare(tensors: readonly NamedTensor[], prefix: string, entry: PretrainedFile): Comparison {
  const { trunk, classifier, classifierModules } = networkParameters(entry.architecture);
  const { rename = (tensor) => tensor, ignore } = entry;
  const sources = new Map<string, string>(), unlike = new Map<string, string>();
  const unexpected: string[] = [], doubled: string[] = [], otherClassifier: string[] = [];
  for (const { source, name: full, shape: given, isFloat } of tensors) {
    if (!full.startsWith(prefix)) continue;
    const own = full.slice(prefix.length);
    if (isStepCount(own) || ignore?.(own)) continue;
    const { name, shape } = rename({ name: own, shape: given });
    const wanted = trunk.get(name) ?? classifier.get(name);
    if (isFloat && wanted?.join() === shape.join()) {
      const other = sources.get(name);
      if (other === undefined) sources.set(name, source);
      else doubled.push(`${other} and ${source}`);
    } else if (trunk.has(name)) {
      unlike.set(name, `${source} is ${isFloat ? "" : "of whole numbers, "}[${given}], wanted [${wanted}]`);
    } else if (classifierModules.some((module) => belongsTo(name, module))) otherClassifier.push(source);
    // Counters, such as the number of averaged models, are no weights.
    else if (isFloat) unexpected.push(source);
  }
  const fitting = [...trunk.keys()].filter((name) => sources.has(name));
  const missing = [...trunk.keys()].filter((name) => !sources.has(name) && !unlike.has(name));
  return {
    ...{ entry, prefix, sources, missing, unexpected, doubled, otherClassifier },
    fitting: fitting.length,
    unlike: [...unlike.values()],
  };
}

/** The prefix as it stands in the file, with the parts of wrappers. */
function filePrefix({ prefix, sources, entry }: Pick<Comparison, "prefix" | "sources" | "entry">): string {
  const [[name, source] = ["", ""]] = sources;
  // Another name than the architecture's says nothing of where the prefix ends.
  return !entry.rename && source.endsWith(name) ? source.slice(0, source.length - name.length) : prefix;
}

/** What a user should know of a file that is not exactly the network. */
function notesOf(
  { entry, otherClassifier, sources }: Comparison,
  { prefix, absent }: Pick<NetworkMatch, "prefix" | "absent">,
  tensors: readonly NamedTensor[],
): string[] {
  const used = new Set([...sources.values(), ...otherClassifier]);
  const isLeftOut = ({ source, name }: NamedTensor) =>
    !used.has(source) && !isStepCount(name) && !entry.ignore?.(source.slice(prefix.length));
  const beside = tensors.filter(isLeftOut).map(({ source }) => source);
  return [
    ...prefix === "" ? [] : [`the weights stand under "${prefix}"`],
    ...absent.length === 0
      ? []
      : otherClassifier.length > 0
      ? [`its classifier is another (${otherClassifier[0]}) and was left out, since features do without it`]
      : ["it has no classifier; features do without it"],
    ...beside.length === 0
      ? []
      : beside.length === 1
      ? [`another tensor was left out: ${beside[0]}`]
      : [`${beside.length} other tensors were left out, the first of them ${beside[0]}`],
  ];
}
