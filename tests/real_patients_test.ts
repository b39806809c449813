import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { relative } from "node:path";

const root = fileURLToPath(new URL("../", import.meta.url));
/** Results on patients under CC BY-NC 3.0: totals only. */
const FOLDER = "outputs/lung1-five-slices";
/** Rows of a table of totals at most; fewer than there are patients by far. */
const MOST_ROWS = 100;
/** Numbers of one list at most: a curve of 25 months, not a number for each patient. */
const MOST_NUMBERS = 60;

const FOLDERS = /(^|\/)(predictions|folds|cross_validation|multiverse|cache|null|contact-sheets|images|lungs|truth)\//;
const TYPES = /\.(json|md|csv|svg)$/;

/** Why a file must not be committed there; undefined if it may. */
function refusal(path: string, text: string): string | undefined {
  if (FOLDERS.test(path)) return "a folder of things that are of patients";
  if (!TYPES.test(path)) return "a type of file that holds no totals";
  if (/LUNG1-\d+/.test(text)) return "names a patient";
  // The protocol's choice has the name of a patient's weights, and a word for its value.
  const fields = /"(patient|PatientID|id|predictions|attention(?!"\s*:\s*"(gated|linear|mlp)"))"\s*:/;
  if (fields.test(text)) return "has a field that is of a patient";
  if (/^.*\b(PatientID|patient_id)\b/m.test(text) && path.endsWith(".csv")) return "a table by patient";
  if (/<image\b|data:image/.test(text)) return "holds a picture";
  if (path.endsWith(".csv") && text.split("\n").length > MOST_ROWS) return "has as many rows as patients";
  if (path.endsWith(".json") && longestList(JSON.parse(text)) > MOST_NUMBERS) return "has a list as long as patients";
  return undefined;
}

function longestList(value: unknown): number {
  if (value === null || typeof value !== "object") return 0;
  const inner = Math.max(0, ...Object.values(value).map(longestList));
  const own = Array.isArray(value) ? value.length : 0;
  return Math.max(own, inner);
}

/** Files that git has, or would take. */
async function committable(folder: string): Promise<string[] | undefined> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", folder];
  const git = await new Deno.Command("git", { args, cwd: root, stderr: "null" }).output().catch(() => undefined);
  if (!git?.success) return undefined;
  return new TextDecoder().decode(git.stdout).split("\0").filter((path) => path !== "");
}

Deno.test("nothing of any one patient of LUNG1 is committed: only totals", async () => {
  const files = await committable(FOLDER);
  if (files === undefined) return console.log("skipped: git is not there");
  const refused: string[] = [];
  for (const path of files) {
    const text = await Deno.readTextFile(`${root}${path}`).catch(() => "");
    const why = refusal(relative(FOLDER, path), text);
    if (why !== undefined) refused.push(`${path}: ${why}`);
  }
  assertEquals(refused, []);
});

Deno.test("what is of patients is refused there", () => {
  const patients = Array.from({ length: 400 }, (_, i) => i);
  const cases: readonly [path: string, text: string][] = [
    ["predictions/volume.csv", "a,b\n"],
    ["folds/b0/fold-01.json", "{}"],
    ["cross_validation/b0.json", "{}"],
    ["rows/b0.json", '{"name": "LUNG1-001"}'],
    ["rows/b0.json", '{"patient": "someone"}'],
    ["rows/b0.json", '{"attention": [0.2, 0.8]}'],
    ["rows/b0.json", JSON.stringify({ risks: patients })],
    ["risks.csv", patients.map((i) => `${i}\n`).join("")],
    ["sheet.png", ""],
    ["features.npy", ""],
    ["model.safetensors", ""],
    ["slices.nii.gz", ""],
    ["figure.svg", '<svg><image href="data:image/png;base64,AA"/></svg>'],
  ];
  assertEquals(cases.filter(([path, text]) => refusal(path, text) === undefined), []);
  const choices = { attention: "gated" };
  const totals = {
    kind: "real row",
    name: "volume",
    choices,
    survival: Array.from({ length: 25 }, () => .5),
    patients: 414,
  };
  assertEquals(refusal("rows/volume.json", JSON.stringify(totals)), undefined);
});

Deno.test("git ignores what the run makes of patients, wherever somebody puts it", async () => {
  const paths = [
    `${FOLDER}/predictions/volume.csv`,
    `${FOLDER}/cross_validation/volume.json`,
    `${FOLDER}/folds/volume/fold-01.json`,
    `${FOLDER}/multiverse/efficientnet_b0.json`,
    `${FOLDER}/contact-sheets/somebody.png`,
    `${FOLDER}/features.npy`,
    `${FOLDER}/model.safetensors`,
    "data/cohorts/lung1-five-slices/images/somebody.nii.gz",
    "data/cache/lung1-five-slices/predictions/volume.csv",
  ];
  const args = ["check-ignore", "--no-index", ...paths];
  const git = await new Deno.Command("git", { args, cwd: root, stderr: "null" }).output().catch(() => undefined);
  if (!git || git.code > 1) return console.log("skipped: git is not there");
  assertEquals(new TextDecoder().decode(git.stdout).trim().split("\n"), paths);
});
