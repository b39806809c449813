import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type EpochOptions, runEpochs } from "@ctsurv/training/_epochs.ts";

const patients = Array.from({ length: 10 }, (_, i) => `p${i}`);
const options: EpochOptions = { epochs: 2, batchSize: 4, seed: 5 };

/** The batches of every epoch, and what came with each as the next one. */
async function record(given: Partial<EpochOptions> = {}, people: readonly string[] = patients) {
  const epochs: { batch: readonly string[]; next: readonly string[] }[][] = [[]];
  const step = (batch: readonly string[], next: readonly string[]) => {
    epochs.at(-1)!.push({ batch, next });
    return Promise.resolve(0);
  };
  await runEpochs(people, { ...options, ...given }, step, () => void epochs.push([]));
  return epochs.slice(0, -1);
}

const orders = (epochs: Awaited<ReturnType<typeof record>>) =>
  epochs.map((batches) => batches.flatMap(({ batch }) => batch));

Deno.test("runEpochs() shows every patient once in each epoch, the last batch with those that are left", async () => {
  const epochs = await record();
  assertEquals(epochs.map((batches) => batches.map(({ batch }) => batch.length)), [[4, 4, 2], [4, 4, 2]]);
  for (const order of orders(epochs)) assertEquals(order.toSorted(), patients);
  assertEquals((await record({}, patients.slice(0, 8)))[0]!.map(({ batch }) => batch.length), [4, 4]);
  assertEquals((await record({}, patients.slice(0, 3)))[0]!.map(({ batch }) => batch.length), [3]);
});

Deno.test("runEpochs() shows the patients in a new order in every epoch, which the seed decides", async () => {
  const found = orders(await record({ epochs: 5 }));
  assertEquals(new Set([patients, ...found].map((order) => order.join())).size, 6, "an order comes again");
  assertEquals(orders(await record({ epochs: 5 })), found);
  assertNotEquals(orders(await record({ epochs: 5, seed: 6 })), found);
});

Deno.test("runEpochs() leaves the patients it was given in their order", async () => {
  const given = [...patients];
  await record({}, given);
  assertEquals(given, patients);
});

Deno.test("runEpochs() tells each step the batch that follows in the same epoch, and the last one none", async () => {
  for (const batches of await record()) {
    assertEquals(batches.map(({ next }) => next), [...batches.slice(1).map(({ batch }) => batch), []]);
  }
});

Deno.test("runEpochs() waits for a step before the next, and gives each epoch's mean loss to its end and to the caller", async () => {
  const losses = [1, 2, 6, 4, 4, 1];
  const told: [epoch: number, loss: number][] = [];
  let going = 0;
  const step = async () => {
    assert(going === 0, "two steps go on together");
    going++;
    await new Promise((resolve) => setTimeout(resolve));
    going--;
    return losses.shift()!;
  };
  assertEquals(await runEpochs(patients, options, step, (...args) => void told.push(args)), [3, 3]);
  assertEquals(told, [[1, 3], [2, 3]]);
});

Deno.test("runEpochs() of no epochs takes no step", async () => {
  assertEquals(await record({ epochs: 0 }), []);
});
