import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { basename, join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { formatNotebook, type NotebookDocument } from "@ctsurv/notebook/_notebook_document.ts";
import { writeReport } from "@ctsurv/notebook/mod.ts";
import { isOwnPage } from "@ctsurv/notebook/pages/_pages.ts";
import { writeTable1 } from "@ctsurv/report/mod.ts";
import { sampleFigures, sampleResult } from "../../report/samples.ts";
import { inFolder } from "../../support/in_folder.ts";
import {
  assertHarmless,
  assertWhole,
  codeCell,
  display,
  elements,
  hostile,
  markdownCell,
  notebook,
} from "./support.ts";

async function save(dir: string, name: string, content: NotebookDocument | string): Promise<string> {
  const path = join(dir, name);
  await Deno.writeTextFile(path, typeof content === "string" ? content : formatNotebook(content));
  return path;
}

/** A folder of results as a run leaves it, and two notebooks. */
async function run(dir: string) {
  const folder = join(dir, "results");
  await writeTable1(join(folder, "table1.json"), sampleResult());
  await Deno.mkdir(join(folder, "predictions"));
  await Deno.writeTextFile(join(folder, "predictions", "a model.csv"), "patient\n");
  for (const [name, figure] of Object.entries(sampleFigures())) {
    await figure.save(join(folder, "figures", `${name}.svg`));
  }
  const svg = sampleFigures().survival!.svg;
  const notebooks = [
    await save(
      dir,
      "01_first.ipynb",
      notebook(
        markdownCell("# 1 · First\n\nSee notebook 2, [its table](02_second.ipynb#The-table) and [this](#Data)."),
        markdownCell("## Data\n\n### Data"),
        codeCell("const a = 1 < 2;", display({ "image/svg+xml": svg }), display({ "image/svg+xml": svg })),
      ),
    ),
    await save(
      dir,
      "02_second.ipynb",
      notebook(markdownCell("# 2 · Second\n\n## The table\n\n[first](./01_first.ipynb)")),
    ),
  ];
  return { folder, notebooks };
}

Deno.test("writeReport() makes an index and a page for each notebook whose links and ids all fit", async () => {
  await inFolder(async (dir) => {
    const { folder, notebooks } = await run(dir);
    const card = await save(
      dir,
      "MODEL_CARD.md",
      "# Model card\n\n## Use\n\nSee [notebook 1](01_first.ipynb#data), [gone](gone.md).",
    );
    const pages = await writeReport(folder, { notebooks, documents: [card, join(dir, "CHECKLIST.md")] });
    assertEquals(pages.map((path) => basename(path)), [
      "index.html",
      "01_first.html",
      "02_second.html",
      "model_card.html",
    ]);
    for (const path of pages) {
      assertHarmless(await Deno.readTextFile(path));
      assertWhole(folder, basename(path));
    }
    const first = await Deno.readTextFile(pages[1]!);
    assertMatch(first, /<a href="02_second.html">notebook 2<\/a>, <a href="02_second.html#the-table">its table<\/a>/);
    assertMatch(first, /<a href="#data">this<\/a>/);
    assertEquals(elements(first, "main svg > title").length, 2);
    assertStringIncludes(await Deno.readTextFile(pages[3]!), "<span>gone</span>");
  });
});

Deno.test("writeReport() puts the run's cohort, tables, figures and files on the index, and says that phantoms are none", async () => {
  await inFolder(async (dir) => {
    const { folder, notebooks } = await run(dir);
    const [path] = await writeReport(folder, { notebooks });
    const index = await Deno.readTextFile(path!);
    assertStringIncludes(index, "Results on made-up, profile smoke");
    assertStringIncludes(index, "These numbers are not the paper's.");
    assertStringIncludes(index, "EfficientNetB0 + average pooling");
    assertStringIncludes(index, 'href="predictions/a%20model.csv"');
    assertEquals(elements(index, "figure").length, Object.keys(sampleFigures()).length);
    assert(!index.includes("Table 2:"), "there are no results of a Table 2");
    const real = sampleResult();
    await writeTable1(join(folder, "table1.json"), { ...real, cohort: { ...real.cohort, bestReachableCtd: null } });
    await writeReport(folder, { notebooks });
    assert(!(await Deno.readTextFile(path!)).includes("These numbers are not the paper's."));
  });
});

Deno.test("writeReport() writes the same bytes again", async () => {
  await inFolder(async (dir) => {
    const { folder, notebooks } = await run(dir);
    const read = async () => {
      const pages = await writeReport(folder, { notebooks });
      return await Promise.all(pages.map((path) => Deno.readTextFile(path)));
    };
    assertEquals(await read(), await read());
  });
});

Deno.test("every page forbids scripts and loads, names its language and its landmarks", async () => {
  await inFolder(async (dir) => {
    const { folder, notebooks } = await run(dir);
    for (const path of await writeReport(folder, { notebooks })) {
      const page = await Deno.readTextFile(path);
      assertMatch(
        page,
        /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline';/,
      );
      assert(page.indexOf("Content-Security-Policy") < page.indexOf("<style>"));
      assertMatch(page, /^<!DOCTYPE html>\n<html lang="en">/);
      for (const name of ["header", "main", "footer", "h1", "title"]) {
        assertEquals(elements(page, `html > head > ${name}, body ${name}:not(svg *)`).length, 1, name);
      }
      assertEquals(elements(page, '[aria-current="page"]').length, 1);
    }
  });
});

Deno.test("writeReport() takes notebooks of others: hostile, empty, not run, without results", async () => {
  await inFolder(async (dir) => {
    const outputs = hostile.flatMap((
      markup,
    ) => [display({ "text/html": markup }), display({ "image/svg+xml": markup })]);
    const notebooks = [
      await save(
        dir,
        "hostile.ipynb",
        notebook(...hostile.map(markdownCell), codeCell(hostile.join("\n"), ...outputs)),
      ),
      await save(dir, "empty.ipynb", notebook()),
      await save(
        dir,
        "not_run.ipynb",
        notebook({ cell_type: "code", metadata: {}, source: "1", outputs: [], execution_count: null }),
      ),
    ];
    const pages = await writeReport(dir, { notebooks });
    for (const path of pages) assertHarmless(await Deno.readTextFile(path));
    assertStringIncludes(await Deno.readTextFile(pages[0]!), "No results yet in this folder");
    assertStringIncludes(await Deno.readTextFile(pages[2]!), "This notebook has no cells.");
    assertStringIncludes(await Deno.readTextFile(pages[3]!), "Code, not run");
  });
});

Deno.test("writeReport() writes over its own pages, and over nobody else's, of which it says the name", async () => {
  await inFolder(async (dir) => {
    const { folder, notebooks } = await run(dir);
    for (const name of ["index.html", "02_second.html"]) {
      const path = join(folder, name);
      await Deno.writeTextFile(path, "<!DOCTYPE html>\n<title>The page of our group</title>");
      const attempt = () => writeReport(folder, { notebooks });
      const { message } = await assertRejects(attempt, InputError);
      assertStringIncludes(message, `${path} was not made by ctsurv, and would be written over`);
      assertStringIncludes(await Deno.readTextFile(path), "our group");
      assertEquals((await Array.fromAsync(Deno.readDir(folder))).filter((one) => one.name.endsWith(".html")).length, 1);
      await Deno.remove(path);
    }
    await writeReport(folder, { notebooks });
    await writeReport(folder, { notebooks });
  });
});

Deno.test("the pages that are committed are known as our own", async () => {
  const folder = new URL("../../../outputs/phantom-lung1-workshop/", import.meta.url);
  const pages = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".html"));
  assert(pages.length > 1);
  for (const { name } of pages) assert(isOwnPage(await Deno.readTextFile(new URL(name, folder))), name);
});

Deno.test("writeReport() refuses what is no notebook, no results, no folder, and two pages of one name", async () => {
  await inFolder(async (dir) => {
    const old = await save(dir, "old.ipynb", JSON.stringify({ nbformat: 3, worksheets: [] }));
    await assertRejects(() => writeReport(dir, { notebooks: [old] }), InputError, "not a Jupyter notebook of format 4");
    await assertRejects(() => writeReport(join(dir, "none"), { notebooks: [] }), InputError, "there is no such folder");
    const index = await save(dir, "index.ipynb", notebook());
    await assertRejects(() => writeReport(dir, { notebooks: [index] }), InputError, "there is another page index.html");
    await Deno.writeTextFile(join(dir, "cost.json"), "{}");
    await assertRejects(() => writeReport(dir, { notebooks: [] }), InputError, "cost.json");
  });
});
