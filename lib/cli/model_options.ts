import { InputError } from "@ctsurv/base/mod.ts";
import { lungMethods } from "@ctsurv/lungs/mod.ts";
import { type AggregationChoice, type BackboneArchitecture, backbones } from "@ctsurv/nn/mod.ts";
import { type CommandInput, type CommandOption, parseWholeNumber } from "./command.ts";

const KINDS = ["gated", "average", "self-attention", "linear", "mlp"] satisfies AggregationChoice["kind"][];

/** `--model` of commands that take one row of Table 1 apart. */
export const imageRow: CommandOption = {
  describe: `the row of Table 1: ${Object.keys(backbones).join(", ")}, average_pooling, self_attention`,
  value: "NAME",
  default: "efficientnet_b0",
};

/** `--aggregation`: how a patient's slices become the patient vector. */
export const aggregationOption: CommandOption = {
  describe: `how to aggregate the slices of a patient: ${
    KINDS.join(", ")
  } (default: gated, the paper's soft attention)`,
  value: "NAME",
};

/**
 * The aggregation that the user chose.
 *
 * @param architecture The backbone that gives the features, if there is only one.
 * @throws {InputError} If there is none of that name, or the backbone takes volumes and gives one vector per patient.
 */
export function parseAggregation(
  text: string | true | undefined,
  architecture?: Pick<BackboneArchitecture, "name" | "input">,
): AggregationChoice {
  const kind = KINDS.find((one) => one === (text ?? "gated"));
  if (!kind) throw new InputError(`Unknown aggregation "${text}": choose one of ${KINDS.join(", ")}`);
  if (text !== undefined && architecture?.input === "volume") {
    throw new InputError(
      `${architecture.name} gives one vector for the whole volume, so there is nothing to aggregate. ` +
        "Leave out --aggregation",
    );
  }
  return { kind };
}

/** `--lungs` of every command that preprocesses: an argument of `openLungs`. */
export const lungsOption: CommandOption = {
  describe: `how to find the lungs: ${lungMethods.join(", ")} (default: CTSURV_LUNGS, else those of the protocol)`,
  value: "NAME",
};

/**
 * `--least-lung`: mL of lung below which a scan is refused; undefined if it was not given.
 *
 * @throws {InputError} If it is no number of mL.
 */
export function parseLeastLung(text: string): number;
export function parseLeastLung(text: string | undefined): number | undefined;
export function parseLeastLung(text: string | undefined): number | undefined {
  if (text === undefined || /^\d+(\.\d+)?$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new InputError(`--least-lung takes mL of lung, 0 or more, such as 20; not "${text}"`);
}

/**
 * `--dropout-passes`: how often heads are applied with dropout; 0 for not at all.
 *
 * @throws {InputError} If it is no whole number, or one pass, which shows no spread.
 */
export function parsePasses(options: CommandInput["options"]): number {
  const passes = parseWholeNumber("dropout-passes", String(options["dropout-passes"]));
  if (passes === 1) throw new InputError("--dropout-passes 1 shows no spread: it takes at least 2 passes");
  return passes;
}
