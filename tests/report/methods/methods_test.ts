import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { learningRateAt } from "@ctsurv/engine/mod.ts";
import { methodsParagraph, readMethods } from "@ctsurv/report/mod.ts";
import { choicesInWords } from "@ctsurv/report/methods/_choices_in_words.ts";
import { allowedValues } from "@ctsurv/study/protocol/choices.ts";
import { protocols } from "@ctsurv/study/protocol/presets.ts";
import { trainingSettings } from "@ctsurv/study/protocol/settings.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const smoke = await readMethods(join(root, "outputs", "phantom-lung1-smoke"));

/** The results with something changed in the provenance of each row. */
function withProvenance(change: object) {
  const { table1 } = smoke;
  return {
    ...smoke,
    table1: {
      ...table1,
      models: table1.models.map((row) => ({ ...row, provenance: { ...row.provenance!, ...change } })),
    },
  };
}

Deno.test("methodsParagraph() says what the results record: versions, cohort, weights, folds, epochs, seeds", () => {
  const { table1, validation } = smoke;
  const text = methodsParagraph(smoke).join(" ");
  const { versions, git, seeds } = table1.models[0]!.provenance!;
  for (
    const fact of [
      `ctsurv ${versions.ctsurv}`,
      git!.commit.slice(0, 12),
      `onnxruntime-node ${versions["onnxruntime-node"]}`,
      `${table1.cohort.patients} synthetic patients`,
      `${table1.cohort.events} died within 24 months`,
      `in ${table1.models[0]!.folds.length} folds`,
      `training ${seeds.training}`,
      `${validation!.folds[0]!.losses.length} epochs`,
      table1.models[0]!.weights.hash.slice(0, 8),
      "Of each patient, 2D networks saw 3 evenly spaced slices of 224 × 224.",
      "phantom-claro",
    ]
  ) assertStringIncludes(text, fact);
  assert(!/undefined|null|NaN|\[object/.test(text), text);
});

Deno.test("methodsParagraph() does not say of patients that they are phantoms, nor of networks what is not recorded", () => {
  const { table1 } = smoke;
  const models = table1.models.map(({ provenance: _, ...row }) => ({
    ...row,
    weights: { kind: "pretrained" as const, hash: "f00d".repeat(16) },
  }));
  const sentences = methodsParagraph({
    table1: { ...table1, cohort: { ...table1.cohort, name: "LUNG1", bestReachableCtd: null }, models },
  });
  const text = sentences.join(" ");
  assertStringIncludes(text, "LUNG1 has 12 patients, of whom");
  assertStringIncludes(text, "The starting weights of all networks were pretrained (SHA-256 f00df00d).");
  for (const unknown of ["phantom", "epochs", "commit", "Lungs", "seeds:", "Computed on", "protocol"]) {
    assert(!text.includes(unknown), `${unknown} in: ${text}`);
  }
});

Deno.test("methodsParagraph() names the protocol and every choice, and each commit and protocol if rows differ", () => {
  const choices = {
    initialisation: "xavier",
    months: "authors",
    learningRate: 1e-4,
    ctd: "authors",
    moonPhase: "full",
  };
  const all = withProvenance({ protocol: { name: "ascent, seed=7", choices } });
  const text = methodsParagraph(all).join(" ");
  assertStringIncludes(text, 'The protocol was "ascent, seed=7".');
  assertStringIncludes(text, "new weights drawn after Glorot & Bengio");
  assertStringIncludes(text, "whole months of 30 days");
  assertStringIncludes(text, "AdamW with learning rate 0.0001");
  assertStringIncludes(text, "Further choices: moonPhase full.");
  assertStringIncludes(text, "The folds' Ctd is the variant authors.");
  const [first, ...others] = withProvenance({ git: { commit: "c0ffee".padEnd(40, "0"), dirty: true } }).table1.models;
  const mixed = {
    ...smoke,
    table1: { ...smoke.table1, models: [first!, ...others.map((_, i) => smoke.table1.models[i + 1]!)] },
  };
  assertStringIncludes(methodsParagraph(mixed).join(" "), "commits c0ffee000000 with local changes and ");
});

Deno.test("choicesInWords(): a value without words is named, and a choice that other sentences have is not repeated", () => {
  assertEquals(choicesInWords({}), []);
  assertEquals(choicesInWords({ seed: 42, lungs: "unet" }), []);
  assertEquals(choicesInWords({ tail: "on", attention: "hard" }), [
    "Survival head: a constant logit for survival beyond 24 months.",
    "Further choices: attention hard.",
  ]);
  assertEquals(choicesInWords({ gradientClipping: 0, embeddingDropout: .2 }), [
    "Features: dropout 0.2 before that layer.",
    "Training: gradients not clipped.",
  ]);
});

Deno.test("choicesInWords() describes the schedule that trains: its warm-up, and where a cosine ends", () => {
  const schedule = (name: "cosine" | "warm-up-restarts") => {
    const sentence = choicesInWords({ schedule: name }).join();
    return {
      sentence,
      settings: trainingSettings({ ...protocols.paper, schedule: name }, { trained: true }).schedule!,
    };
  };
  const restarts = schedule("warm-up-restarts");
  assert(restarts.settings.kind === "warm restarts" && restarts.settings.warmUp === 5);
  assertStringIncludes(restarts.sentence, "five epochs of warm-up");
  const cosine = schedule("cosine");
  const last = learningRateAt(cosine.settings, 1, { step: 1e6, steps: 1e6, epoch: 100 });
  assert(last < 1e-6, `${last}`);
  assertStringIncludes(cosine.sentence, "falls to 0");
});

Deno.test("choicesInWords() has words for every choice of a protocol and each of its values", () => {
  let phrases = 0;
  for (const [name, allowed] of Object.entries(allowedValues)) {
    const values: readonly (string | number)[] = "least" in allowed ? [allowed.least, allowed.most] : allowed;
    for (const value of values) {
      const sentences = choicesInWords({ [name]: value });
      assert(!sentences.some((sentence) => sentence.startsWith("Further choices")), `${name}: ${sentences}`);
      phrases += sentences.length;
    }
  }
  assert(phrases > 50, `${phrases}`);
});
