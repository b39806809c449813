import { assert, assertEquals, assertRejects } from "@std/assert";
import { DiskFullError, InputError, OutputError, type WorkerPool, workerPool } from "@ctsurv/base/mod.ts";
import type { Task } from "./pool_worker.ts";

async function withPool(threads: number, use: (pool: WorkerPool<Task, number>) => Promise<void>) {
  const pool = workerPool<Task, number>(import.meta.resolve("./pool_worker.ts"), {
    threads,
    describe: ({ kind }) => `To ${kind}`,
  });
  try {
    await use(pool);
  } finally {
    pool.close();
  }
}

const double = (value: number, after = 0): Task => ({ kind: "double", value, after });

Deno.test("workerPool: each order gets its own result, more orders than threads, whichever is done first", () =>
  withPool(2, async (pool) => {
    const values = [5, 4, 3, 2, 1];
    assertEquals(await Promise.all(values.map((value) => pool.run(double(value, 10 * value)))), [10, 8, 6, 4, 2]);
  }));

Deno.test("workerPool: two threads work at the same time", () =>
  withPool(2, async (pool) => {
    await Promise.all([pool.run(double(1)), pool.run(double(1))]);
    const done: string[] = [];
    const long = pool.run({ kind: "count", to: 40 }).then(() => done.push("long"));
    await pool.run(double(1)).then(() => done.push("short"));
    await long;
    assertEquals(done, ["short", "long"]);
  }));

Deno.test("workerPool: notes arrive in order, before the result", () =>
  withPool(1, async (pool) => {
    const notes: unknown[] = [];
    notes.push(["result", await pool.run({ kind: "count", to: 3 }, (note) => notes.push(note))]);
    assertEquals(notes, [1, 2, 3, ["result", 3]]);
  }));

Deno.test("workerPool: an InputError comes back as one, a defect with its stack; the thread goes on", () =>
  withPool(1, async (pool) => {
    const refused = await assertRejects(() => pool.run({ kind: "refuse" }), InputError);
    assertEquals(refused.message, "Patient 3 is no patient");
    const broken = await assertRejects(() => pool.run({ kind: "break" }), Error, "To break: TypeError: a defect");
    assert(!(broken instanceof InputError) && broken.message.includes("pool_worker.ts"), broken.message);
    assertEquals(await pool.run(double(4)), 8);
  }));

Deno.test("workerPool: what a thread could not write or read comes back as what it is, without a stack", () =>
  withPool(1, async (pool) => {
    const output = await assertRejects(() => pool.run({ kind: "write" }), OutputError);
    assertEquals([output.message, output instanceof DiskFullError], ["/cache/a: no permission", false]);
    await assertRejects(() => pool.run({ kind: "fill" }), DiskFullError, "the disk is full");
    const input = await assertRejects(() => pool.run({ kind: "read" }), InputError);
    assertEquals(input.message, "/no/such/scan.dcm: there is no such file or folder");
  }));

Deno.test("workerPool: an order that cannot be sent fails, and the thread is there for the next", () =>
  withPool(1, async (pool) => {
    const unsendable = { ...double(1), why: () => "a function" };
    await assertRejects(() => pool.run(unsendable), DOMException, "could not be cloned");
    assertEquals(await pool.run(double(4)), 8);
  }));

Deno.test("workerPool: a thread that crashes fails its order and is replaced, also for orders that wait", () =>
  withPool(1, async (pool) => {
    const crashed = assertRejects(() => pool.run({ kind: "crash" }), Error, "nobody catches this");
    const waited = pool.run(double(4));
    await crashed;
    assertEquals(await waited, 8);
  }));

Deno.test("workerPool: a note callback that throws ends the order and its thread, no other", () =>
  withPool(1, async (pool) => {
    let notes = 0;
    const stop = () => {
      if (++notes === 2) throw new Deno.errors.Interrupted("stop");
    };
    await assertRejects(() => pool.run({ kind: "count", to: 1000 }, stop), Deno.errors.Interrupted);
    assertEquals(await pool.run(double(4)), 8);
    assertEquals(notes, 2);
  }));

Deno.test("workerPool: close() fails what is not done, waits or comes later", () =>
  withPool(1, async (pool) => {
    const running = assertRejects(() => pool.run({ kind: "hang" }), Error, "closed before they were done");
    const waiting = assertRejects(() => pool.run(double(4)), Error, "To double: the threads are closed");
    await new Promise((resolve) => setTimeout(resolve, 100));
    pool.close();
    await Promise.all([running, waiting]);
    await assertRejects(() => pool.run(double(4)), Error, "To double: the threads are closed");
  }));
