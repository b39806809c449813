import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

Deno.test("deno doc --lint finds nothing of ours: every exported symbol and field is documented", async () => {
  const { exports } = JSON.parse(await Deno.readTextFile(`${root}deno.json`)) as {
    readonly exports: Readonly<Record<string, string>>;
  };
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--frozen", "--lint", ...Object.values(exports)],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdout: "null",
  }).output();
  const findings = new TextDecoder().decode(stderr).split(/\n(?=error\[)/);
  // Types of TensorFlow.js and danfo.js are not ours to document.
  const ours = findings.filter((finding) => finding.startsWith("error[") && !finding.includes("node_modules"));
  assertEquals(ours.map((finding) => finding.split("\n").slice(0, 2).join(" ")), []);
});
