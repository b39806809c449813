import { assertEquals, assertRejects } from "@std/assert";
import { inTurns } from "../../lib/training/in_turns.ts";

const later = () => new Promise((resolve) => setTimeout(resolve, 1));

Deno.test("inTurns() does every task once, begun in order, never more at once than it is told", async () => {
  for (const [count, atOnce] of [[5, 1], [5, 2], [2, 4], [0, 2]] as const) {
    const begun: number[] = [];
    let [running, most] = [0, 0];
    await inTurns(count, atOnce, async (index) => {
      begun.push(index);
      most = Math.max(most, ++running);
      await later();
      running--;
    });
    assertEquals(begun, Array.from({ length: count }, (_, i) => i));
    assertEquals(most, Math.min(count, atOnce));
  }
});

Deno.test("inTurns() throws what failed first, when those under way have stopped at their next step; none is begun after", async () => {
  const [begun, stopped]: [number[], number[]] = [[], []];
  const run = inTurns(4, 2, async (index, proceed) => {
    begun.push(index);
    if (index === 1) throw new Error("of task 1");
    try {
      for (let step = 0; step < 1000; step++) {
        await later();
        proceed();
      }
    } finally {
      stopped.push(index);
    }
  });
  await assertRejects(() => run, Error, "of task 1");
  assertEquals([begun, stopped], [[0, 1], [0]]);
});
