import type { ChoiceName, Choices } from "./choices.ts";

/**
 * Values that have a name and no code yet. A study refuses them, so that no result claims one that it was not made with.
 * Whoever builds one takes it out of this list.
 */
export const notBuilt: { readonly [Name in ChoiceName]?: readonly Choices[Name][] } = {
  trunkMode: ["training"],
};
