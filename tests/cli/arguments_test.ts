import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { closest, sortArguments } from "@ctsurv/cli/arguments.ts";

const options = {
  output: { describe: "where to save it", value: "FILE" },
  series: { describe: "a series", value: "PATIENT=UID", repeatable: true },
  copy: { describe: "copy the images" },
};
const sort = (...args: string[]): Record<string, unknown> => {
  const { positionals, values } = sortArguments(args, options);
  return { positionals, ...Object.fromEntries(values) };
};
const refused = (...args: string[]) => assertThrows(() => sort(...args), InputError).message;

Deno.test("sortArguments() takes options anywhere, with = or without, and all after -- as it is", () => {
  assertEquals(sort("a", "--output", "x", "--copy", "b"), { positionals: ["a", "b"], output: ["x"], copy: [true] });
  assertEquals(sort("--output=x=y"), { positionals: [], output: ["x=y"] });
  assertEquals(sort("--series", "P=1", "--series=Q=2"), { positionals: [], series: ["P=1", "Q=2"] });
  assertEquals(sort("--", "--copy", "-x"), { positionals: ["--copy", "-x"] });
  assertEquals(sort("-3", "-", "-.5", "--output", "-3"), { positionals: ["-3", "-", "-.5"], output: ["-3"] });
  assertEquals(sort("--output=--copy"), { positionals: [], output: ["--copy"] });
});

Deno.test("sortArguments() quotes what was typed, and says what was meant", () => {
  const cases: [args: string[], ...parts: string[]][] = [
    [["--outptu", "x"], 'Unknown option "--outptu"', "Did you mean --output?"],
    [["--Output", "x"], 'Unknown option "--Output"', "Did you mean --output?"],
    [["--out=x"], 'Unknown option "--out=x"', "Did you mean --output?"],
    [["-output", "x"], 'Unknown option "-output"', "Did you mean --output?"],
    [["–output", "x"], 'Unknown option "–output"', "type two hyphens"],
    [["-v"], 'Unknown option "-v"', "write ./-v", "The options are --output, --series, --copy, --json, --help"],
    [["--constructor"], 'Unknown option "--constructor"'],
    [["--output"], "--output needs FILE: where to save it"],
    [["--output", "--copy"], '--output needs FILE, but "--copy" follows', "write --output=--copy"],
    [["--output="], "--output is empty; it needs FILE"],
    [["--output", ""], "--output is empty"],
    [["--copy=yes"], '--copy takes no value, but "--copy=yes" gives it one'],
    [["--output", "a", "--output", "b"], '--output is given twice, as "a" and "b"'],
  ];
  for (const [args, ...parts] of cases) for (const part of parts) assertStringIncludes(refused(...args), part);
});

Deno.test("closest() finds what a typing mistake was meant to be, and nothing for another word", () => {
  const names = ["evaluate", "predict", "verify"];
  assertEquals(["evalaute", "eval", "prdict", "verfy", "train", "x"].map((typed) => closest(typed, names)), [
    "evaluate",
    "evaluate",
    "predict",
    "verify",
    undefined,
    undefined,
  ]);
});
