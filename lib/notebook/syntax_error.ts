import type { CellError } from "./cell_error.ts";

/**
 * Why a cell does not parse, or undefined if it does. The kernel says only "Execution failed"; Deno's formatter, which
 * needs no network and no file, says what was unexpected and where.
 */
export async function syntaxError(source: string): Promise<CellError | undefined> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--ext", "ts", "-"],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { success, stderr } = await child.output();
  if (success) return undefined;
  // "error: SyntaxError: MESSAGE", a frame of code, the place in an invented file, and where the formatter was built.
  const [report = ""] = new TextDecoder().decode(stderr).replace(/^error: (SyntaxError: )?/, "").split(
    "\nStack backtrace",
  );
  const traceback = report.replace(/ at file:\S*?:(\d+):(\d+)/, " at line $1, column $2").trimEnd().split("\n");
  return { name: "SyntaxError", message: traceback[0]!, traceback };
}
