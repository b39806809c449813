import type { Environment } from "../environment.ts";
import type { Choices } from "./choices.ts";
import { parseChoices, type Protocol, protocol } from "./protocol.ts";

/**
 * The protocol that the environment selects: the one that `CTSURV_PROTOCOL` names, else `paper` for the profile `paper`
 * and `workshop` for the others, which stop after few steps. `CTSURV_SET` makes single choices otherwise, and so does
 * `CTSURV_LUNGS`.
 *
 * @example
 * ```ts
 * import { findProtocol, readEnvironment } from "@ctsurv/ctsurv/study";
 * import { assertEquals } from "@std/assert";
 *
 * const variables: Record<string, string> = { CTSURV_PROTOCOL: "paper", CTSURV_SET: "attention=linear, seed=7" };
 * const environment = readEnvironment((name) => variables[name]);
 * assertEquals(findProtocol("workshop", environment).name, "paper, attention=linear, seed=7");
 * ```
 *
 * @param profile Name of the profile.
 * @throws {InputError} If there is no such protocol, or a choice cannot be so.
 */
export function findProtocol(
  profile: string,
  { protocol: preset, set, lungs }: Pick<Environment, "protocol" | "set" | "lungs">,
): Protocol {
  const changes = { ...lungs !== undefined && { lungs: lungs as Choices["lungs"] }, ...parseChoices(set) };
  return protocol(preset ?? ownProtocol(profile), changes);
}

/** The protocol of a profile where none is named. */
function ownProtocol(profile: string): "paper" | "workshop" {
  return profile === "paper" ? "paper" : "workshop";
}

/**
 * What the name of a folder of results says about the protocol: nothing if it is the profile's own, else the name in lower
 * case with hyphens. Results of other protocols have folders of their own. `CTSURV_LUNGS` has never had one.
 */
export function protocolSuffix(profile: string, environment: Pick<Environment, "protocol" | "set">): string {
  const own = protocol(ownProtocol(profile)).name;
  const { name } = findProtocol(profile, { ...environment, lungs: undefined });
  return name === own ? "" : `-${name.toLowerCase().replace(/[^\p{L}\p{N}._]+/gu, "-")}`;
}
