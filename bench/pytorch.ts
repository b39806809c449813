import type { Contestant } from "./contestant.ts";

/** PyTorch in a child process, idle until a contestant of it is asked to run. */
export interface PyTorch {
  readonly version: string;
  /** By workload: `step-128-2`, or a backbone. */
  readonly contestants: Readonly<Record<string, readonly Contestant[]>>;
  /** Contestants that could not be made, and why. */
  readonly failures: Readonly<Record<string, string>>;
  /** Trained parameters of its networks, to check that they are ours. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Its loss for logits sin(0), sin(1), … of the bench's four patients, to check that it is ours. */
  readonly loss: number;
  close(): Promise<void>;
}

interface Greeting extends Omit<PyTorch, "version" | "contestants" | "close"> {
  readonly torch: string;
  readonly contestants: readonly { readonly workload: string; readonly name: string }[];
}

const script = new URL("./pytorch.py", import.meta.url).pathname;

/**
 * Starts `pytorch.py` with `CTSURV_PYTHON`, or `python3`, and waits until everything in it is compiled.
 *
 * @param runs Of one round, by workload: a backbone's name, or `step-128-2` for patients of 128 slices and two threads.
 * @returns Why not, if there is no PyTorch.
 */
export async function startPyTorch(
  threads: number,
  runs: Readonly<Record<string, number>>,
): Promise<PyTorch | string> {
  const python = Deno.env.get("CTSURV_PYTHON") || "python3";
  let child: Deno.ChildProcess;
  try {
    const args = [script, `${threads}`, ...Object.keys(runs)];
    child = new Deno.Command(python, { args, stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
  } catch (error) {
    return `${python} cannot be started: ${(error as Error).message}`;
  }
  const input = child.stdin.getWriter();
  const answers = lines(child.stdout);
  const answer = async () => {
    const { value, done } = await answers.next();
    if (done) throw new Error(`bench/pytorch.py ended with exit code ${(await child.status).code}`);
    return JSON.parse(value);
  };
  const greeting: Greeting | { readonly error: string } = await answer();
  if ("error" in greeting) {
    await input.close();
    await child.status;
    return `${python}: ${greeting.error}`;
  }
  const { torch, contestants, ...rest } = greeting;
  const of = (wanted: string) =>
    contestants.filter(({ workload }) => workload === wanted).map(({ workload, name }): Contestant => ({
      name,
      runs: runs[workload]!,
      async measure(runs) {
        await input.write(new TextEncoder().encode(JSON.stringify({ workload, name, runs }) + "\n"));
        return (await answer()).times;
      },
    }));
  return {
    ...rest,
    version: torch,
    contestants: Object.fromEntries(Object.keys(runs).map((workload) => [workload, of(workload)])),
    async close() {
      await input.close();
      await child.status;
    },
  };
}

async function* lines(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
  return undefined;
}
