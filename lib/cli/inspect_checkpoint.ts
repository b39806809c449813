import { type CheckpointNumbers, openCheckpoint } from "@ctsurv/weights/mod.ts";
import type { CommandOutput } from "./command.ts";

/** What a file of weights holds: name, type, shape and sum (in float64) of every tensor, in the order of the file. */
export async function inspectCheckpoint(path: string): Promise<CommandOutput> {
  using checkpoint = await openCheckpoint(path);
  const tensors = [];
  for (const [name, { dtype, shape }] of checkpoint.tensors) {
    tensors.push({ name, dtype, shape, sum: sum((await checkpoint.read(name)).data) });
  }
  const width = Math.max(0, ...tensors.map(({ name }) => name.length));
  const text = [
    path,
    `  kind     ${checkpoint.kind}`,
    `  tensors  ${tensors.length}`,
    ...tensors.map(({ name, dtype, shape, sum }) =>
      `    ${name.padEnd(width)}  ${dtype} [${shape.join(", ")}]  sum ${sum}`
    ),
  ].join("\n");
  return { text, json: { kind: checkpoint.kind, tensors } };
}

function sum(numbers: CheckpointNumbers): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += Number(numbers[i]);
  return total;
}
