import { allowedValues, type Environment, protocols } from "@ctsurv/study/mod.ts";
import type { CommandInput, CommandOption } from "./command.ts";

/** `--protocol` and `--set`, of every command that trains. */
export const protocolOptions: Readonly<Record<"protocol" | "set", CommandOption>> = {
  protocol: {
    describe:
      `how the paper is read: ${Object.keys(protocols).join(", ")} (default: CTSURV_PROTOCOL, else paper for the ` +
      "profile paper and workshop for the others)",
    value: "NAME",
  },
  set: {
    describe: "make one choice of the protocol otherwise, such as initialisation=xavier; docs/MODEL_CARD.md lists all",
    value: "CHOICE=VALUE",
    repeatable: true,
  },
};

/** `--loss`, of the commands that train one model. */
export const lossOption: CommandOption = {
  describe: `what the head is trained with, as --set loss=NAME: ${allowedValues.loss.join(", ")} (default: deephit)`,
  value: "NAME",
};

/** The environment with the protocol that the options name; without them it is as it was. */
export function withProtocol(environment: Environment, options: CommandInput["options"]): Environment {
  const { protocol, set, loss } = options;
  const typed = typeof set === "string" ? set.split("\n") : undefined;
  return {
    ...environment,
    ...typeof protocol === "string" && { protocol },
    ...typed && { set: typed },
    ...typeof loss === "string" && { set: [...typed ?? environment.set, `loss=${loss}`] },
  };
}

/** The choices and what each can be, as lines of a help. */
export function choicesText(): string {
  const entries: [string, readonly (string | number)[] | { readonly least: number; readonly most: number }][] = Object
    .entries(allowedValues);
  const lines = entries.map(([name, allowed]) =>
    `  ${name.padEnd(18)}${
      "least" in allowed ? `a number from ${allowed.least} to ${allowed.most}` : allowed.join(", ")
    }`
  );
  return ["Choices, and what each can be:", ...lines].join("\n");
}
