import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { NotebookOutput } from "@ctsurv/notebook/_notebook_document.ts";
import { outputHtml } from "@ctsurv/notebook/pages/_output.ts";
import { assertHarmless, display, elements, hostile } from "./support.ts";

const show = (output: NotebookOutput) => outputHtml(output, "cell-1-1").html;
const only = (markup: string, name: string) => {
  const [found, ...more] = elements(markup, name);
  assert(found && more.length === 0, `${more.length + 1} <${name}> in ${markup}`);
  return { ...found, attributes: Object.fromEntries(found.attributes) };
};

Deno.test("outputHtml() shows the richest representation, and text for what it does not know", () => {
  const all = {
    "text/plain": "plain",
    "image/png": "aGk=",
    "image/svg+xml": "<svg></svg>",
    "text/html": "<b>rich</b>",
  };
  assertStringIncludes(show(display(all)), "<b>rich</b>");
  const { "text/html": _, ...noHtml } = all;
  assert(elements(show(display(noHtml)), "svg").length === 1);
  assertEquals(only(show(display({ "application/x-widget": {}, "text/plain": "1 < 2" })), "pre").text, "1 < 2");
  assertStringIncludes(show(display({ "application/x-widget": {} })), "a page cannot show (application/x-widget)");
  assertStringIncludes(show(display({})), "a page cannot show (no type)");
});

Deno.test("outputHtml() describes a picture by its text, and shows no picture of what is none", () => {
  const { attributes } = only(show(display({ "image/png": "aG\nk=\n", "text/plain": 'Slice "3"' })), "img");
  assertEquals([attributes.src, attributes.alt], ["data:image/png;base64,aGk=", 'Slice "3"']);
  const broken = show(display({ "image/png": '"><script>', "text/plain": "Slice 3" }));
  assertEquals(only(broken, "pre").text, "Slice 3");
});

Deno.test("outputHtml() shows streams and errors without colours, and of a progress bar its last line", () => {
  const stream = show({ output_type: "stream", name: "stderr", text: "\x1b[31m10 %\r50 %\r100 %\r\n\x1b[0mdone\n" });
  assertEquals(only(stream, "pre").text, "100 %\ndone");
  assertEquals(only(stream, "pre").attributes["aria-label"], "Written to stderr");
  const error = show({
    output_type: "error",
    ename: "InputError",
    evalue: "<no> file",
    traceback: ["\x1b[1mInputError: <no> file", "  at a.ts:1"],
  });
  assertEquals(only(error, "strong").text, "InputError: <no> file");
  assertEquals(only(error, "pre").text, "  at a.ts:1");
});

Deno.test("outputHtml() renders Markdown and LaTeX", () => {
  assert(elements(show(display({ "text/markdown": "**x**" })), "strong").length === 1);
  for (const tex of ["$$x^2$$", "\\[x^2\\]", "$x^2$"]) {
    assert(elements(show(display({ "text/latex": tex })), "msup").length === 1, tex);
  }
});

Deno.test("outputHtml() cuts a text that no one would read, and says by how much", () => {
  const { text } = only(show({ output_type: "stream", name: "stdout", text: "x".repeat(3_000_000) }), "pre");
  assert(text.length < 101_000);
  assert(text.endsWith("… 2900000 more characters are in the notebook"));
});

Deno.test("outputHtml() takes nothing hostile over, whatever type it comes in", () => {
  for (const markup of hostile) {
    for (const type of ["text/html", "image/svg+xml", "text/markdown", "text/latex", "text/plain", "image/png"]) {
      assertHarmless(show(display({ [type]: markup, "text/plain": markup })));
    }
    assertHarmless(show({ output_type: "error", ename: markup, evalue: markup, traceback: [markup] }));
  }
});
