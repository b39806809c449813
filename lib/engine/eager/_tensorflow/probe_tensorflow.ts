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
  // The package may print lines of its own before.
  const answer = text.decode(stdout).trim().split("\n").at(-1) ?? "";
  if (code === 0) return JSON.parse(answer) as LoadedTensorflow;
  if (signal === "SIGTERM") throw new Error(`it did not answer within ${PATIENCE_SECONDS} seconds`);
  if (signal !== null) throw new Error(`it ends the process that loads it, by ${signal}`);
  throw new Error(reasonIn(text.decode(stderr)) ?? `exit code ${code}`);
}

/** The first line of an error that Deno has printed, without what it puts before the message. */
function reasonIn(printed: string): string | undefined {
  return /^(?:error: )?(?:Uncaught )?(?:\(in promise\) )?(?:\w*Error: )?(.+)$/m.exec(printed.trim())?.[1];
}
