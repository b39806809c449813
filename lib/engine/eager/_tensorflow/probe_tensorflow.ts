import { fileURLToPath } from "node:url";
import type { LoadedTensorflow } from "./load_tensorflow.ts";

/** A GPU that is used for the first time may first translate its programs. */
const PATIENCE_SECONDS = 120;

/**
 * Loads a native package in a process of its own and lets it multiply two matrices, since a binding that does not fit
 * the machine may end the process that loads it.
 *
 * @param entry The path of the package's module.
 * @throws {Error} If the package cannot be used here, in one sentence.
 */
export async function probeTensorflow(entry: string): Promise<LoadedTensorflow> {
  const worker = fileURLToPath(new URL("./probe_worker.ts", import.meta.url));
  const config = fileURLToPath(new URL("../../../../deno.json", import.meta.url));
  const locked = ["--frozen", "--cached-only", "--config", config];
  const { code, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", ...locked, worker, entry],
    stdin: "null",
    signal: AbortSignal.timeout(1000 * PATIENCE_SECONDS),
  }).output();
  const text = new TextDecoder();
  if (code === 0) return JSON.parse(lastLine(text.decode(stdout))) as LoadedTensorflow;
  if (signal === "SIGTERM") throw new Error(`it did not answer within ${PATIENCE_SECONDS} seconds`);
  if (signal !== null) throw new Error(`it ends the process that loads it, by ${signal}`);
  throw new Error(lastLine(text.decode(stderr)) || `exit code ${code}`);
}

/** What counts: the package may have printed lines of its own before. */
function lastLine(printed: string): string {
  return printed.trim().split("\n").at(-1)!;
}
