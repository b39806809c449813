import { type Environment, readEnvironment } from "@ctsurv/study/mod.ts";

/** What these variables say, whatever those of this process do: all files of a parallel run share the latter. */
export function environmentOf(variables: Readonly<Record<string, string>>): Environment {
  return readEnvironment((name) => variables[name]);
}
