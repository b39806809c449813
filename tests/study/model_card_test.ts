import { assertEquals, assertStringIncludes } from "@std/assert";
import { allowedValues, type ChoiceName, protocols } from "@ctsurv/study/mod.ts";

const card = await Deno.readTextFile(new URL("../../docs/MODEL_CARD.md", import.meta.url));
const section = card.slice(card.indexOf("### Where the paper is silent"), card.indexOf("These are silent too"));

/** The cells of a row, without Markdown's marks of code. */
const rows = [...section.matchAll(/^\| `.*$/gm)].map(([row]) =>
  row!.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", ""))
);

Deno.test("docs/MODEL_CARD.md has one row for each choice of a protocol, in their order", () => {
  assertEquals(rows.map(([name]) => name), Object.keys(allowedValues));
});

for (const [name = "", value, alternatives, what] of rows) {
  Deno.test(`docs/MODEL_CARD.md: the row of ${name} has its default, every alternative, and the presets that differ`, () => {
    const choice = name as ChoiceName;
    assertEquals(value, `${protocols.paper[choice]}`);
    const allowed: { readonly least: number; readonly most: number } | readonly unknown[] = allowedValues[choice];
    const expected = "least" in allowed
      ? `${allowed.least} to ${allowed.most}`
      : allowed.filter((one) => `${one}` !== value).join(", ");
    assertEquals(alternatives, expected);
    for (const [preset, choices] of Object.entries(protocols)) {
      if (choices[choice] !== protocols.paper[choice]) assertStringIncludes(what!, preset);
    }
  });
}

Deno.test("docs/MODEL_CARD.md describes every preset", () => {
  for (const preset of Object.keys(protocols)) assertStringIncludes(card, `| \`${preset}\``);
});
