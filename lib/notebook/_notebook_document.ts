import { z } from "zod";
import { InputError } from "@ctsurv/base/mod.ts";

/** nbformat stores long text as a list of lines. */
const text = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(""))]);
const record = z.record(z.string(), z.unknown());
const mimeBundle = record.transform((data) =>
  Object.fromEntries(
    Object.entries(data).map(([type, value]) => [type, Array.isArray(value) && !isJson(type) ? value.join("") : value]),
  )
);

const output = z.discriminatedUnion("output_type", [
  z.object({ output_type: z.literal("stream"), name: z.enum(["stdout", "stderr"]), text }),
  z.object({ output_type: z.literal("display_data"), data: mimeBundle, metadata: record }),
  z.object({
    output_type: z.literal("execute_result"),
    data: mimeBundle,
    metadata: record,
    execution_count: z.int().nullable(),
  }),
  z.object({ output_type: z.literal("error"), ename: z.string(), evalue: z.string(), traceback: z.array(z.string()) }),
]);

const cell = z.discriminatedUnion("cell_type", [
  z.looseObject({ cell_type: z.enum(["markdown", "raw"]), id: z.string().optional(), metadata: record, source: text }),
  z.object({
    cell_type: z.literal("code"),
    id: z.string().optional(),
    metadata: record,
    source: text,
    outputs: z.array(output),
    execution_count: z.int().nullable(),
  }),
]);

const notebook = z.object({
  nbformat: z.literal(4),
  nbformat_minor: z.int(),
  metadata: record,
  cells: z.array(cell),
});

/** A Jupyter notebook (nbformat 4) whose texts are single strings. */
export type NotebookDocument = z.infer<typeof notebook>;
/** A cell with Markdown, code or text as it is. */
export type NotebookCell = z.infer<typeof cell>;
/** A cell with code and the outputs of its last execution. */
export type CodeCell = Extract<NotebookCell, { cell_type: "code" }>;
/** A text, a display, a result or an error. */
export type NotebookOutput = z.infer<typeof output>;

/**
 * Reads a notebook.
 *
 * @throws {InputError} If there is no such file, or it is not a notebook of format 4.
 */
export async function readNotebook(path: string): Promise<NotebookDocument> {
  let content: unknown;
  try {
    content = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new InputError(`Cannot read the notebook ${path}: ${(error as Error).message}`, { cause: error });
  }
  const parsed = notebook.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new InputError(`${path} is not a Jupyter notebook of format 4:\n${z.prettifyError(parsed.error)}`);
}

/**
 * Refuses a notebook that is not of Deno's kernel. A notebook that names neither kernel nor language is taken for one.
 *
 * @throws {InputError} With the name of its kernel.
 */
export function requireDenoKernel({ metadata }: NotebookDocument, path: string): void {
  const text = (value: unknown) => typeof value === "string" && value !== "" ? value : undefined;
  const { kernelspec, language_info } = metadata as Record<string, Record<string, unknown> | null | undefined>;
  const language = text(kernelspec?.language) ?? text(language_info?.name);
  const name = text(kernelspec?.name);
  const isOurs = language === undefined
    ? name === undefined || /deno/i.test(name)
    : /^(typescript|javascript|ts|js)$/i.test(language);
  if (isOurs) return;
  const kernel = text(kernelspec?.display_name) ?? name;
  const of = kernel === undefined ? "" : ` the kernel "${kernel}"${language === undefined ? "" : ", for"}`;
  throw new InputError(
    `${path} is a notebook for${of}${language === undefined ? "" : ` ${language}`}. ctsurv runs notebooks of Deno's ` +
      "kernel (TypeScript); run this one in Jupyter",
  );
}

/**
 * Writes the text of a notebook file exactly as Jupyter does: keys sorted, indented by one, texts as lists of lines.
 * Saving it in JupyterLab therefore changes nothing.
 */
export function formatNotebook(document: NotebookDocument): string {
  const cells = document.cells.map((cell) => ({
    ...cell,
    source: lines(cell.source),
    ...(cell.cell_type === "code" && { outputs: cell.outputs.map(formatOutput) }),
  }));
  return JSON.stringify(sortKeys({ ...document, cells }), null, 1) + "\n";
}

function formatOutput(output: NotebookOutput): unknown {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([type, value]) => {
    const isText = type.startsWith("text/") || type === "image/svg+xml" || type === "application/javascript";
    return [type, isText && typeof value === "string" ? lines(value) : value];
  });
  return { ...output, data: Object.fromEntries(data) };
}

function isJson(type: string): boolean {
  return /^application\/(.*\+)?json$/.test(type);
}

function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([k, v]) => [k, sortKeys(v)]));
}
