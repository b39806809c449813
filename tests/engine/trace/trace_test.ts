import { assertEquals } from "@std/assert";

Deno.test("every family of traced kernels has a test, which covers it", () => {
  const names = (folder: string) => [...Deno.readDirSync(new URL(folder, import.meta.url))].map(({ name }) => name);
  const families = names("../../../lib/engine/_trace/kernels/").map((name) => name.replace(".ts", "_test.ts"));
  assertEquals(names("kernels/").filter((name) => name.endsWith("_test.ts")).sort(), families.sort());
});
