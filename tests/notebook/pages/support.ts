import { assert, assertEquals } from "@std/assert";
import { DOMParser } from "linkedom";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { NotebookCell, NotebookDocument, NotebookOutput } from "@ctsurv/notebook/_notebook_document.ts";

/** Markup that would run, load or take over the page if it were taken as it is. */
export const hostile: readonly string[] = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  '<img src="http://evil.test/x.png" srcset="http://evil.test/y.png 2x" alt="a picture">',
  "<svg onload=alert(1)><circle r=1 onclick=alert(1) /></svg>",
  "<svg><style><img src=x onerror=alert(1)></style></svg>",
  "<svg><style>&lt;/style&gt;&lt;img src=x onerror=alert(1)&gt;</style></svg>",
  "<svg><desc><script>alert(1)</script></desc><title><img src=x onerror=alert(1)></title></svg>",
  '<svg><use href="http://evil.test/x.svg#a"/><image href="http://evil.test/x.png"/></svg>',
  '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  '<svg><a><animate attributeName="href" values="javascript:alert(1)"/><text>x</text></a></svg>',
  '<a href="javascript:alert(1)">x</a><a href=" jAva&#9;script:alert(1)">x</a><a href="data:text/html,x">x</a>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe><iframe src="http://evil.test"></iframe>',
  '<object data="http://evil.test"></object><embed src="http://evil.test"><video src="http://evil.test"></video>',
  '<form action="http://evil.test"><button formaction="javascript:alert(1)">x</button></form>',
  '<meta http-equiv="refresh" content="0;url=http://evil.test"><base href="http://evil.test/">',
  '<link rel="stylesheet" href="http://evil.test/x.css">',
  '<style>@import "http://evil.test/x.css"; p { background: url(http://evil.test/x.png) }</style>',
  '<p style="background: url(http://evil.test/x.png)">x</p><p style="background: url(\'//evil.test/x\')">x</p>',
  '<math><annotation-xml encoding="text/html"><script>alert(1)</script></annotation-xml></math>',
  "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
  "<!--><script>alert(1)</script>--><![CDATA[<script>alert(1)</script>]]>",
  "<details open ontoggle=alert(1)><summary>x</summary></details><input autofocus onfocus=alert(1)>",
  "</style></div></figure></section></main></body></html><script>alert(1)</script>",
];

export function markdownCell(source: string): NotebookCell {
  return { cell_type: "markdown", metadata: {}, source };
}

export function codeCell(source: string, ...outputs: NotebookOutput[]): NotebookCell {
  return { cell_type: "code", metadata: {}, source, outputs, execution_count: 1 };
}

export function display(data: Record<string, unknown>): NotebookOutput {
  return { output_type: "display_data", data, metadata: {} };
}

export function notebook(...cells: NotebookCell[]): NotebookDocument {
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
}

/** The elements of a page or a piece of one. */
export function elements(markup: string, selector = "*") {
  const whole = markup.startsWith("<!DOCTYPE") ? markup : `<!DOCTYPE html><html><body>${markup}</body></html>`;
  return [...new DOMParser().parseFromString(whole, "text/html").querySelectorAll(selector)].map((element) => ({
    name: element.localName.toLowerCase(),
    text: element.textContent ?? "",
    attributes: [...element.attributes].map(({ name, value }) => [name.toLowerCase(), value] as const),
  }));
}

/** That nothing in it runs, or asks for a file: only links that a person follows lead elsewhere. */
export function assertHarmless(markup: string): void {
  for (const { name, text, attributes } of elements(markup)) {
    assert(
      !/^(script|iframe|object|embed|video|audio|base|link|form|button|template|animate|set|noscript)$/.test(name),
      `<${name}> in ${markup}`,
    );
    if (name === "style") assert(!/@import|url\((?!['"]?(#|data:image\/))|</.test(text), text);
    for (const [attribute, value] of attributes) {
      assert(!attribute.startsWith("on"), `${attribute} in ${markup}`);
      assert(!/javascript:|data:text/i.test(value.replace(/\s/g, "")), `${attribute}="${value}"`);
      if (name === "a" || attribute.startsWith("xmlns") || name === "meta") continue;
      assert(
        !/\/\/evil/.test(value) || attribute === "alt" || attribute === "title",
        `${attribute}="${value}" in <${name}>`,
      );
      if (attribute === "src" || attribute.endsWith("href")) assert(/^(#|data:image\/)/.test(value), value);
    }
  }
}

/** That every id stands once in a page, and every link within it, its folder and the project leads somewhere. */
export function assertWhole(folder: string, file: string): void {
  const parsed = new Map<string, ReturnType<typeof elements>>();
  const read = (file: string) => {
    const found = parsed.get(file) ?? elements(Deno.readTextFileSync(join(folder, file)));
    parsed.set(file, found);
    return found;
  };
  const ids = (file: string) =>
    read(file).flatMap(({ attributes }) => attributes.flatMap(([name, value]) => name === "id" ? [value] : []));
  const own = ids(file);
  assertEquals(own.length, new Set(own).size, `${file} has an id twice`);
  for (const { name, attributes } of read(file)) {
    for (const [attribute, value] of attributes) {
      if (!attribute.endsWith("href") || /^(https?|mailto|data):/.test(value)) continue;
      const [path, anchor] = value.split("#") as [string, string?];
      assert(path === "" || existsSync(join(folder, decodeURIComponent(path))), `${file}: <${name} href="${value}">`);
      if (anchor === undefined || (path !== "" && !path.endsWith(".html"))) continue;
      assert((path === "" ? own : ids(path)).includes(anchor), `${file}: nothing is at ${value}`);
    }
    for (const [, value] of attributes) {
      if (value.startsWith("data:")) continue;
      for (const [, id] of value.matchAll(/url\(['"]?#([^)'"]+)/g)) assert(own.includes(id!), `${file}: url(#${id})`);
    }
  }
}
