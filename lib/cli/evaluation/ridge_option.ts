import { type CommandInput, type CommandOption, parseNumber } from "../command.ts";

/** `--ridge`, for commands that fit a Cox regression as it is. */
export const ridgeOption: CommandOption = {
  describe: "penalty that keeps the coefficients of Cox regression small: ridge / 2 times the sum of their squares; " +
    "for levels that separate the outcomes, covariates that follow from others, or few deaths",
  value: "NUMBER",
  default: "0",
};

/**
 * The number of {@linkcode ridgeOption}.
 *
 * @throws {InputError} If it is not a number of 0 or more.
 */
export function parseRidge(given: CommandInput["options"][string]): number {
  return parseNumber("ridge", String(given ?? 0), "0 or more, such as 1", (ridge) => ridge < Infinity);
}

/** How a message names the ridge that may help where a regression with this one failed. */
export function ridgeName(ridge: number): string {
  return ridge > 0 ? "a larger --ridge" : "--ridge 1";
}
