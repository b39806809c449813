import { DiskFullError, InputError, OutputError, serveOrders } from "@ctsurv/base/mod.ts";

/** What the thread of worker_pool_test.ts is asked to do. */
export type Task =
  | { readonly kind: "double"; readonly value: number; readonly after: number }
  | { readonly kind: "count"; readonly to: number }
  | { readonly kind: "refuse" | "write" | "fill" | "read" | "break" | "crash" | "hang" };

serveOrders(async (task: Task, note): Promise<number> => {
  switch (task.kind) {
    case "double":
      await new Promise((resolve) => setTimeout(resolve, task.after));
      return 2 * task.value;
    case "count":
      for (let i = 1; i <= task.to; i++) {
        note(i);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return task.to;
    case "refuse":
      throw new InputError("Patient 3 is no patient");
    case "write":
      throw new OutputError("/cache/a: no permission");
    case "fill":
      throw new DiskFullError("the disk is full");
    case "read":
      return (await Deno.readFile("/no/such/scan.dcm")).length;
    case "break":
      throw new TypeError("a defect");
    case "crash":
      queueMicrotask(() => {
        throw new Error("nobody catches this");
      });
      return await new Promise(() => {});
    case "hang":
      return await new Promise(() => {});
  }
});
