import { InputError } from "./input_error.ts";
import type { Ordered, Reply } from "./worker_pool.ts";

/** What a thread does with an order; `note` tells `workerPool` something on the way. */
export type Work<Order, Result> = (order: Order, note: (note: unknown) => void) => Result | Promise<Result>;

/**
 * Makes this thread answer the orders of a `workerPool`: called once, by the module that the pool runs.
 *
 * @param transfer The buffers of a result that need not be copied, as nothing here uses them again.
 */
export function serveOrders<Order, Result>(
  work: Work<Order, Result>,
  transfer: (result: Result) => readonly Transferable[] = () => [],
): void {
  const scope = self as unknown as {
    onmessage: (event: MessageEvent<Ordered<Order>>) => void;
    postMessage(reply: Reply<Result>, transfer?: readonly Transferable[]): void;
  };
  scope.onmessage = async ({ data: { order } }) => {
    try {
      const result = await work(order, (note) => scope.postMessage({ note }));
      scope.postMessage({ result }, transfer(result));
    } catch (error) {
      const { message, stack = message } = error as Error;
      const isInput = error instanceof InputError;
      scope.postMessage({ error: isInput ? message : stack, isInput });
    }
  };
}
