import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createMarkdown } from "@ctsurv/notebook/pages/_markdown.ts";
import { assertHarmless, elements, hostile } from "./support.ts";

const render = (source: string, options = {}) => createMarkdown()(source, options).body.html;
const names = (markup: string) => elements(markup).map(({ name }) => name);

Deno.test("createMarkdown() makes MathML of formulae, whatever Markdown would make of their signs", () => {
  const markup = render(
    "Weights $a_k b_k$ and $x*y*z$:\n\n$$\n\\begin{aligned}\na_k &= \\frac{e^{s_k}}{\\sum_j e^{s_j}} \\\\\nz &= \\text{sum of all}\n\\end{aligned}\n$$",
  );
  assertEquals(names(markup).filter((name) => name === "math").length, 3);
  assertEquals(names(markup).filter((name) => name === "mtr").length, 2);
  for (const name of ["em", "br", "script"]) assert(!names(markup).includes(name), name);
  assertMatch(markup, /<mtext>sum.of.all<\/mtext>/);
  assert(!markup.includes("$"), markup);
});

Deno.test("createMarkdown() leaves prices, code and wrong TeX as they are", () => {
  assertEquals(render("It costs $5, or $6."), "<p>It costs $5, or $6.</p>\n");
  assertEquals(render("`$x$`"), "<p><code>$x$</code></p>\n");
  assertEquals(render("$\\frac{1$"), "<p><code>\\frac{1</code></p>\n");
});

Deno.test("createMarkdown() keeps details with Markdown, tables and coloured code inside", () => {
  const markup = render(
    "<details><summary>Solution</summary>\n\n| a | b |\n| - | -: |\n| 1 | $x$ |\n\n```ts\nconst a = 1;\n```\n\n</details>",
  );
  const found = names(markup);
  for (const name of ["details", "summary", "th", "math", "pre"]) assert(found.includes(name), name);
  assertMatch(markup, /<th [^>]*scope="col"/);
  assertMatch(markup, /<span class="hljs-keyword">const<\/span>/);
  assert(markup.trimEnd().endsWith("</details>"));
});

Deno.test("createMarkdown() gives headings GitHub's anchors, each its own, from text to text", () => {
  const markdown = createMarkdown();
  const first = markdown("# 1 · A *b* `c`\n\n## Data");
  const second = markdown("## Data");
  assertEquals(first.headings, [{ level: 1, text: "1 · A b c", id: "1--a-b-c" }, {
    level: 2,
    text: "Data",
    id: "data",
  }]);
  assertEquals(second.headings, [{ level: 2, text: "Data", id: "data-1" }]);
  assertStringIncludes(second.body.html, '<h2 id="data-1">Data</h2>');
});

Deno.test("createMarkdown() links the notebooks that prose mentions, once, and those it does not know not at all", () => {
  const options = {
    notebooks: ["02_backbones.ipynb"],
    link: (href: string) => href === "02_backbones.ipynb" ? "02.html" : undefined,
  };
  assertEquals(render("As in notebook 2.", options), '<p>As in <a href="02.html">notebook 2</a>.</p>\n');
  assertEquals(
    render("`02_backbones.ipynb`", options),
    '<p><a href="02.html"><code>02_backbones.ipynb</code></a></p>\n',
  );
  assertEquals(
    render("[see notebook 2](02_backbones.ipynb)", options),
    '<p><a href="02.html">see notebook 2</a></p>\n',
  );
  assertEquals(
    render("notebook 3, notebook 20, `notebook 2`", options),
    "<p>notebook 3, notebook 20, <code>notebook 2</code></p>\n",
  );
});

Deno.test("createMarkdown() takes nothing hostile over from a cell's HTML", () => {
  for (const markup of hostile) assertHarmless(render(`Text ${markup} and\n\n${markup}\n`));
  assertHarmless(render("[x](javascript:alert(1)) ![x](http://evil.test/x.png)"));
});
