import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sanitise } from "@ctsurv/notebook/pages/_sanitise.ts";
import { assertHarmless, elements, hostile } from "./support.ts";

Deno.test("sanitise() takes what runs, loads or takes over the page out of hostile markup", () => {
  for (const markup of hostile) {
    assertHarmless(sanitise(markup).html);
    assertHarmless(sanitise(markup, { scope: "a", link: (href) => href }).html);
  }
});

Deno.test("assertHarmless() tells hostile markup, but for what only a browser's own parser would trip over", () => {
  const isTold = (markup: string) => {
    try {
      assertHarmless(markup);
      return false;
    } catch {
      return true;
    }
  };
  const missed = hostile.filter((markup) => !isTold(markup));
  assertEquals(missed, ["<svg><style>&lt;/style&gt;&lt;img src=x onerror=alert(1)&gt;</style></svg>"]);
});

Deno.test("sanitise() balances broken markup, so that it cannot end the place it stands in", () => {
  const { html: markup } = sanitise("</div><div><table><tr><td>x <b>and <i>y</b></i>");
  assertEquals(markup, "<div><table><tr><td>x <b>and <i>y</i></b></td></tr></table></div>");
});

Deno.test("sanitise() keeps what tables, figures and details are made of", () => {
  const table = '<table><thead><tr><th scope="col" style="text-align: right">1 &lt; 2</th></tr></thead></table>';
  assertEquals(sanitise(table).html, table);
  const details = "<details open><summary>Solution</summary><p>x</p></details>";
  assertEquals(sanitise(details).html, details);
  const picture = '<img alt="" src="data:image/png;base64,aGk=" />';
  assertEquals(sanitise(picture).html, picture);
});

Deno.test("sanitise() puts words in the place of a picture that the page does not hold", () => {
  assertEquals(sanitise('<img src="x.png" alt="a <lung>">').html, "<span>a &lt;lung&gt;</span>");
  const pictures = { "attachment:x.png": "data:image/png;base64,aGk=" };
  assertStringIncludes(sanitise('<img src="attachment:x.png">', { pictures }).html, pictures["attachment:x.png"]);
});

Deno.test("sanitise() renames ids with all that refer to them, so that clip paths do not collide", () => {
  const svg = '<svg viewBox="0 0 9 9" aria-labelledby="t d"><title id="t">T</title><desc id="d">D</desc>' +
    '<clipPath id="c"><path d="M0 0" /></clipPath><g clip-path="url(#c)" style="mask: url(#c)"><use xlink:href="#d"/></g></svg>';
  const { html: markup } = sanitise(svg, { scope: "s" });
  const all = Object.fromEntries(
    elements(markup).map(({ name, attributes }) => [name, Object.fromEntries(attributes)]),
  );
  assertEquals(all.svg!["aria-labelledby"], "s-t s-d");
  assertEquals(all.svg!.viewbox, "0 0 9 9");
  assertEquals([all.title!.id, all.desc!.id, all.clippath!.id], ["s-t", "s-d", "s-c"]);
  assertEquals([all.g!["clip-path"], all.g!.style, all.use!["xlink:href"]], ["url(#s-c)", "mask: url(#s-c)", "#s-d"]);
});

Deno.test("sanitise() renames ids in selectors and leaves colours alone", () => {
  const { html: markup } = sanitise('<style>#T_1 td, p #T_1:hover { color: #fff; }</style><table id="T_1"></table>', {
    scope: "s",
  });
  assertStringIncludes(markup, "#s-T_1 td, p #s-T_1:hover { color: #fff; }");
  assertStringIncludes(markup, 'id="s-T_1"');
  assert(!markup.includes("s-fff"));
});

Deno.test("sanitise() asks where relative links lead, and leaves the text of those that lead nowhere", () => {
  const link = (href: string) => href === "a.ipynb" ? "a.html" : undefined;
  assertEquals(sanitise('<a href="a.ipynb">a</a>', { link }).html, '<a href="a.html">a</a>');
  assertEquals(sanitise('<a href="b.ipynb">b</a>', { link }).html, "<span>b</span>");
  assertEquals(sanitise('<a href="//evil.test">b</a>', { link }).html, "<span>b</span>");
  assertMatch(sanitise('<a href="https://example.org/">c</a>', { link }).html, /href="https:\/\/example.org\/"/);
});

Deno.test("sanitise() keeps the links of figures within the figure", () => {
  const svg = (href: string) => `<svg><a xlink:href="${href}"><path d="M0 0"></path></a></svg>`;
  const within = (tag: string, end: string) => `<svg><${tag}><path d="M0 0"></path></${end}></svg>`;
  assertEquals(sanitise(svg("https://example.org/")).html, within('a href="https://example.org/"', "a"));
  assertEquals(sanitise(svg("javascript:alert(1)")).html, within("g", "g"));
  assertEquals(sanitise(svg("b.html")).html, within("g", "g"));
});
