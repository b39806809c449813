import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type CodeCell,
  formatNotebook,
  type NotebookDocument,
  readNotebook,
} from "@ctsurv/notebook/_notebook_document.ts";

const code: CodeCell = {
  cell_type: "code",
  id: "b",
  metadata: {},
  source: "1\n\n2",
  outputs: [
    { output_type: "display_data", data: { "text/html": "<b>\nx", "image/png": "aGk=\n" }, metadata: {} },
    { output_type: "display_data", data: { "application/json": ["a", "b"] }, metadata: {} },
    { output_type: "stream", name: "stdout", text: "x\n" },
  ],
  execution_count: 1,
};
const document: NotebookDocument = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { z: 1, a: 2 },
  cells: [{ cell_type: "markdown", id: "a", metadata: {}, source: "# é", attachments: { "x.png": {} } }, code],
};

Deno.test("formatNotebook() sorts keys and splits texts into lines, as Jupyter does", () => {
  const text = formatNotebook(document);
  assertStringIncludes(text, '"source": [\n    "1\\n",\n    "\\n",\n    "2"\n   ]');
  assertStringIncludes(text, '"text/html": [\n       "<b>\\n",\n       "x"\n      ]');
  assertStringIncludes(text, '"image/png": "aGk=\\n"');
  assert(text.indexOf('"a": 2') < text.indexOf('"z": 1'));
  assert(text.endsWith("}\n"));
});

Deno.test("readNotebook() reads back what formatNotebook() wrote, attachments and JSON lists included", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ipynb" });
  await Deno.writeTextFile(path, formatNotebook(document));
  assertEquals(await readNotebook(path), document);
  await Deno.remove(path);
});
