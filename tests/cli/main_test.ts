import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "@ctsurv/cli/main.ts";
import { inFolder } from "../support/in_folder.ts";
import { lockedRun } from "../support/locked_run.ts";

const entry = new URL("../../lib/cli/main.ts", import.meta.url).pathname;
const decoder = new TextDecoder();

function child(args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: lockedRun(entry, ...args),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function inProcess(...args: string[]) {
  const { code, stdout, stderr } = await child(args).output();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

let last: Promise<unknown> = Promise.resolve();

/**
 * What {@linkcode inProcess} gives, without the second that a process takes to start. One call at a time, because it
 * catches what is printed.
 */
function ctsurv(...args: string[]): ReturnType<typeof inProcess> {
  const next = last.then(() => catchPrinted(args));
  last = next.catch(() => {});
  return next;
}

async function catchPrinted(args: readonly string[]) {
  const { log, error } = console;
  let [stdout, stderr] = ["", ""];
  console.log = (text: string) => stdout += `${text}\n`;
  console.error = (text: string) => stderr += `${text}\n`;
  try {
    const code = await main(args);
    return { code, stdout, stderr };
  } finally {
    Object.assign(console, { log, error });
  }
}

/** What is printed with what is on stderr, in a process of its own that a shell starts. */
async function inShell(script: string, ...args: string[]) {
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-c", script, Deno.execPath(), entry, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return { code, stderr: decoder.decode(stderr) };
}

/** The commands that the help lists. */
async function listed(): Promise<string[]> {
  const { stdout } = await ctsurv("--help");
  return [...stdout.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name]) => name!);
}

const predictions = `patient,months,event,S12,S24
a,6,1,0.2,0.1
b,18,1,0.8,0.3
c,24,0,0.9,0.7
`;

Deno.test("ctsurv without a command, with help or --help lists the commands", async () => {
  const names = await listed();
  for (
    const name of [
      "phantom",
      "inspect",
      "preprocess",
      "features",
      "fit",
      "predict",
      "evaluate",
      "notebook",
      "reproduce",
    ]
  ) {
    assert(names.includes(name), `no ${name} in ${names}`);
  }
  const [bare, word, flag] = await Promise.all([inProcess(), ctsurv("help"), ctsurv("--help")]);
  assertEquals(bare, flag);
  assertEquals(word, flag);
  assertEquals([flag.code, flag.stderr], [0, ""]);
});

Deno.test("every command has a help that names it, no wider than a terminal", async () => {
  for (const name of await listed()) {
    const { code, stdout, stderr } = await ctsurv(name, "--help");
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, `Usage: deno task ctsurv ${name}`);
    assertStringIncludes(stdout, "--json");
    assertEquals(stdout.split("\n").filter((line) => line.length > 120), [], name);
    if (name === "evaluate") assertEquals((await ctsurv(name, "-h")).stdout, stdout);
  }
});

Deno.test("the help lists a command once, with its alias, under which it has the same help", async () => {
  const { stdout } = await ctsurv("--help");
  assertMatch(stdout, /^ {2}features .*\(alias: embed\)$/m);
  assert(!(await listed()).includes("embed"));
  const [named, alias] = await Promise.all([ctsurv("features", "--help"), ctsurv("embed", "--help")]);
  assertEquals(alias, named);
  assertMatch(named.stdout, /^Alias: embed$/m);
});

Deno.test("what the user got wrong is one message on stderr and exit code 2", async () => {
  await inFolder(async (dir) => {
    const file = `${dir}/notes.txt`;
    await Deno.writeTextFile(file, "no CT");
    const cases: [args: string[], message: string][] = [
      [["inspekt", "x"], 'Unknown command "inspekt": choose one of phantom, '],
      [["constructor"], 'Unknown command "constructor"'],
      [["--json"], 'Unknown command "--json"'],
      [["inspect"], '"ctsurv inspect" takes PATH, got none'],
      [["inspect", "a", "b"], '"ctsurv inspect" takes PATH, got a b'],
      [["inspect", file, "--colour"], "--colour"],
      [["inspect", `${dir}/absent`], `${dir}/absent`],
      [["inspect", file], "notes.txt"],
      [["preprocess", "--input", file], '"ctsurv preprocess" needs --output DIR'],
      ...["features", "embed"].flatMap((name): [string[], string][] => {
        const args = [name, "--input", file, "--output", `${dir}/y.npy`, "--backbone"];
        return [[[...args, "vgg"], "vgg"], [[...args, "alexnet", "--at", "top"], "--at"]];
      }),
      [["phantom", "--output", `${dir}/p`, "--patients", "-3"], "--patients"],
      [["phantom", "--output", file, "--patients", "1"], "notes.txt"],
      [["evaluate", "--predictions", `${dir}/absent.csv`], "absent.csv"],
    ];
    assertEquals(await inProcess(...cases[0]![0]), await ctsurv(...cases[0]![0]));
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await ctsurv(...args);
      assertEquals([code, stdout], [2, ""], `${args}: ${stderr}`);
      assert(stderr.startsWith("ctsurv: "), stderr);
      assertStringIncludes(stderr, message);
      assert(!/^\s+at /m.test(stderr), `a stack: ${stderr}`);
    }
  });
});

Deno.test("help of a command, the version, and -- before a command", async () => {
  const [word, option] = await Promise.all([ctsurv("help", "evaluate"), ctsurv("evaluate", "--help")]);
  assertEquals(word, option);
  assertEquals((await ctsurv("help", "embed")).stdout, (await ctsurv("embed", "--help")).stdout);
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assertEquals((await inProcess("--version")).stdout, `ctsurv ${version} (Deno ${Deno.version.deno})\n`);
  assertEquals(await inProcess("--", "flops", "--json"), await ctsurv("flops", "--json"));
  const unknown = await ctsurv("help", "evaluat");
  assertEquals(unknown.code, 2);
  assertStringIncludes(unknown.stderr, 'Unknown command "evaluat"');
  assertStringIncludes(unknown.stderr, "Did you mean evaluate?");
});

Deno.test("the help of verify says what its profile does, in columns that do not run together", async () => {
  const { stdout } = await ctsurv("verify", "--help");
  assertMatch(stdout, /^Kind +Tolerance of +smoke {3}workshop and paper$/m);
  assertMatch(stdout, /^mean-attention {3}attention on tumour/m);
  assertStringIncludes(stdout, "the 25 epochs of");
});

Deno.test({
  name: "what the system does not give or take is one message and exit code 2, without a stack",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (dir) => {
      const [file, circle, long] = [`${dir}/own.csv`, `${dir}/circle`, `${dir}/${"x".repeat(300)}`];
      await Deno.writeTextFile(file, predictions);
      await Deno.symlink("circle", circle);
      const cases: [args: string[], reason: string][] = [
        [["evaluate", "--predictions", circle], "a link that leads in a circle"],
        [["evaluate", "--predictions", long], "the name is too long"],
        [["evaluate", "--predictions", `${file}/x`], "a part of the path is a file, not a folder"],
        [["inspect", circle], "circle"],
        [["inspect", long], "too long"],
        [["fit", "--cohort", circle, "--output", `${dir}/m.safetensors`], "circle"],
        [["report", circle], "circle"],
        [["notebook", circle], "circle"],
      ];
      assertEquals(await inProcess(...cases[0]![0]), await ctsurv(...cases[0]![0]));
      for (const [args, reason] of cases) {
        const { code, stdout, stderr } = await ctsurv(...args);
        assertEquals([code, stdout], [2, ""], `${args}: ${stderr}`);
        assertStringIncludes(stderr, reason, `${args}`);
        assert(!/^\s+at /m.test(stderr), `a stack: ${stderr}`);
      }
      const full = await inShell('exec "$0" run -A "$@" > /dev/full', "flops");
      assertEquals(full.code, 2, full.stderr);
      assertStringIncludes(full.stderr, "the disk is full");
    }),
});

Deno.test("a path that is not there is said to count from the root, where the command was typed elsewhere", () =>
  inFolder(async (dir) => {
    await Deno.writeTextFile(`${dir}/own.csv`, predictions);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: lockedRun(entry, "evaluate", "--predictions", "own.csv"),
      // As `deno task` sets it.
      env: { NO_COLOR: "1", INIT_CWD: dir },
      stdin: "null",
    }).output();
    assertEquals([code, stdout.length], [2, 0]);
    const text = decoder.decode(stderr);
    assertStringIncludes(text, "ctsurv: own.csv: there is no such file");
    assertStringIncludes(text, `Relative paths count from the root of the repository, ${Deno.cwd()}, not from ${dir}`);
    assertStringIncludes(text, `Write ${dir}/own.csv`);
  }));

Deno.test("--json prints one JSON value and nothing else, wherever it stands", async () => {
  await inFolder(async (dir) => {
    const file = `${dir}/predictions.csv`;
    await Deno.writeTextFile(file, predictions);
    const last = await inProcess("evaluate", "--predictions", file, "--json");
    assertEquals([last.code, last.stderr], [0, ""]);
    assertEquals(JSON.parse(last.stdout).ctd.pre.risk, { value: 1, concordant: 3, comparable: 3 });
    assertEquals((await ctsurv("evaluate", "--json", "--predictions", file)).stdout, last.stdout);
    const { code, stdout } = await ctsurv("evaluate", "--predictions", file);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "3 patients, 2 deaths");
  });
});

Deno.test("a reader that goes away early is no error", async () => {
  const process = child(["--help"]).spawn();
  await process.stdout.cancel();
  const [{ code }, stderr] = await Promise.all([process.status, new Response(process.stderr).text()]);
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("a defect of the program keeps its stack, and is not exit code 2", async () => {
  await inFolder(async (dir) => {
    const broken = `${dir}/main.ts`;
    await Deno.writeTextFile(
      broken,
      `import { main } from ${JSON.stringify(entry)};
       console.log = () => { throw new TypeError("broken within"); };
       Deno.exit(await main(["evaluate", "--help"]));`,
    );
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: lockedRun(broken),
      env: { NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).output();
    assertEquals(code, 1);
    assertStringIncludes(decoder.decode(stderr), "TypeError: broken within");
    assertStringIncludes(decoder.decode(stderr), "lib/cli/main.ts");
  });
});
