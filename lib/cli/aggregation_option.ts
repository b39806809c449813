import { InputError } from "@ctsurv/common/mod.ts";
import type { AggregationChoice, BackboneArchitecture } from "@ctsurv/nn/mod.ts";
import type { CommandOption } from "./command.ts";

const kinds = ["gated", "average", "self-attention", "linear", "mlp"] satisfies AggregationChoice["kind"][];

/** `--aggregation`: how a patient's slices become one vector. */
export const aggregationOption: CommandOption = {
  describe: `how slices become one vector: ${kinds.join(", ")} (default: gated, the paper's soft attention)`,
  value: "NAME",
};

/**
 * The aggregation that was asked for.
 *
 * @param architecture The backbone that gives the slices' vectors, if there is but one.
 * @throws {InputError} If there is none of that name, or the backbone takes volumes, whose slices share one vector.
 */
export function parseAggregation(
  text: string | true | undefined,
  architecture?: Pick<BackboneArchitecture, "name" | "input">,
): AggregationChoice {
  const kind = kinds.find((one) => one === (text ?? "gated"));
  if (!kind) throw new InputError(`Unknown aggregation "${text}": choose one of ${kinds.join(", ")}`);
  if (text !== undefined && architecture?.input === "volume") {
    throw new InputError(
      `${architecture.name} gives one vector for all slices of a patient, so that there is nothing to aggregate: leave ` +
        "out --aggregation",
    );
  }
  return { kind };
}
