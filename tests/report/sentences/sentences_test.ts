import { assertEquals, assertStringIncludes } from "@std/assert";
import type { AttentionDifference, AttentionOnTumour } from "@ctsurv/analysis/mod.ts";
import {
  jupyterDisplay,
  saysAttention,
  saysAttentionBesideControl,
  saysCeilings,
  saysDifference,
  saysInterval,
  saysLaw,
  saysSpread,
  saysTransfer,
  saysWhatAttentionDoes,
  sentences,
} from "@ctsurv/report/mod.ts";

const models = ["soft attention", "average pooling"] as const;
const of = (difference: number, low: number, high: number) => ({ difference, low, high });
const onTumour = (excess: number, low: number, high: number): AttentionOnTumour => ({
  patients: 87,
  attended: .251 + excess,
  uniform: .251,
  excess,
  interval: [low, high],
  level: .95,
});
const beside = (difference: number, low: number, high: number): AttentionDifference => ({
  patients: 87,
  difference,
  interval: [low, high],
  level: .95,
});

Deno.test("saysDifference(): told apart above and below 0, not told apart, and no number", () => {
  assertEquals(
    saysDifference(models, of(.034, .01, .058), { patients: 96 }),
    "Soft attention is ahead of average pooling by 0.034 [0.010, 0.058] in Ctd within folds (96 patients): the interval " +
      "lies above 0.",
  );
  assertEquals(
    saysDifference(models, of(-.034, -.058, -.01), { patients: 96 }),
    "Soft attention is behind average pooling by 0.034 [0.010, 0.058] in Ctd within folds (96 patients): the interval " +
      "lies wholly on one side of 0.",
  );
  assertEquals(
    saysDifference(models, of(-.0001, -.045, .045), { patients: 1, score: "AUC" }),
    "Soft attention and average pooling are not told apart: soft attention less average pooling is " +
      "0.000 [-0.045, 0.045] in AUC (1 patient), and the interval holds 0.",
  );
  for (const none of [null, undefined]) {
    assertEquals(
      saysDifference(models, none, { patients: 96 }),
      "Soft attention and average pooling cannot be compared: there is no number for the difference.",
    );
  }
});

Deno.test("saysDifference(): one of several comparisons goes by Holm's p, whatever its interval says", () => {
  const says = (found: ReturnType<typeof of>, pHolm: number) => saysDifference(models, found, { patients: 9, pHolm });
  assertStringIncludes(says(of(.02, .01, .03), .05), "are not told apart");
  assertStringIncludes(says(of(.02, .01, .03), .05), "(9 patients), p = 0.050 after Holm's adjustment.");
  assertStringIncludes(says(of(-.02, -.03, .001), .04), "is behind average pooling by 0.020 [-0.001, 0.030]");
});

Deno.test("saysDifference(): an interval that ends on 0 is not told apart", () => {
  for (const found of [of(.02, 0, .04), of(-.02, -.04, 0), of(0, 0, 0)]) {
    assertEquals(saysDifference(models, found, { patients: 9 }).includes("are not told apart"), true);
  }
});

Deno.test("saysInterval(): above chance, below, around, without an interval, without a number", () => {
  const says = (value: number | null, low?: number, high?: number) =>
    saysInterval("ViT", { value, interval: low === undefined ? null : { low, high: high! } }, { patients: 96 });
  const begin = "ViT has a Ctd within folds of";
  assertEquals(
    says(.6, .52, .68),
    `${begin} 0.600 [0.520, 0.680] (96 patients). The interval lies above 0.5, the chance level.`,
  );
  assertEquals(
    says(.4, .32, .48),
    `${begin} 0.400 [0.320, 0.480] (96 patients). The interval lies below 0.5, the chance level: the order is the wrong way round.`,
  );
  assertEquals(
    says(.53, .44, .62),
    `${begin} 0.530 [0.440, 0.620] (96 patients). The interval holds 0.5: this is not told apart from chance.`,
  );
  assertEquals(says(.53), `${begin} 0.530 (96 patients). It has no interval, so it says little.`);
  assertEquals(says(null), "ViT has no Ctd within folds: there are no two patients whom it could compare.");
  assertEquals(saysInterval("ViT", undefined, { patients: 96 }), says(null));
});

Deno.test("saysAttention(): on the tumour, beside it, not shown, and not countable", () => {
  const says = (...numbers: Parameters<typeof onTumour>) =>
    saysAttention("soft attention", onTumour(...numbers)).split("). ")[1];
  const begin = "The excess over equal weights is";
  assertEquals(says(.161, .12, .203), `${begin} 16.1 points [12.0, 20.3], and the interval lies above 0.`);
  assertEquals(
    says(-.03, -.05, -.01),
    `${begin} -3.0 points [-5.0, -1.0], and the interval lies below 0: it looks beside the tumour.`,
  );
  assertEquals(
    says(-.002, -.023, .021),
    `${begin} -0.2 points [-2.3, 2.1], and the interval holds 0: it is not shown to look at the tumour.`,
  );
  assertEquals(
    saysAttention("soft attention", null),
    "Where soft attention looks cannot be counted: no patient is known to have tumour on some of the slices and not on " +
      "others.",
  );
});

Deno.test("saysAttentionBesideControl(): more than the control, less, not told apart, no number, no control", () => {
  const says = (found: AttentionDifference | null | undefined) => saysAttentionBesideControl("soft attention", found);
  assertEquals(
    says(beside(.12, .071, .17)),
    "Soft attention puts 12.0 points [7.1, 17.0] more of its weight on the tumour's slices than the control does " +
      "(87 patients): the interval lies above 0, and survival is all that differs between the two.",
  );
  assertEquals(
    says(beside(-.12, -.17, -.071)),
    "Soft attention puts 12.0 points [7.1, 17.0] less of its weight on the tumour's slices than the control does " +
      "(87 patients): the interval lies wholly on one side of 0.",
  );
  assertEquals(
    says(beside(.01, -.02, .04)),
    "Soft attention and the control are not told apart: the difference in weight on the tumour's slices is 1.0 points " +
      "[-2.0, 4.0] (87 patients), and the interval holds 0. That survival taught it where to look is not shown.",
  );
  assertEquals(says(null).startsWith("Soft attention and the control cannot be compared"), true);
  assertEquals(
    says(undefined),
    "There is no control for soft attention: whether survival taught it where to look is not known.",
  );
});

Deno.test("saysWhatAttentionDoes(): claims no more than every interval shows", () => {
  const first = (excess: AttentionOnTumour | null, control?: AttentionDifference | null) =>
    saysWhatAttentionDoes({ difference: null, onTumour: excess, besideControl: control })[0];
  const [yes, no, never] = [onTumour(.1, .05, .15), onTumour(0, -.05, .05), onTumour(-.1, -.15, -.05)];
  assertEquals(
    first(yes, beside(.1, .05, .15)),
    "Soft attention looks at the slices that hold the tumour, and it does so because of survival: it puts more weight " +
      "there than equal weights do, and more than the control does.",
  );
  assertEquals(
    first(yes, beside(.01, -.05, .07)),
    "Soft attention looks at the slices that hold the tumour. But it is not told apart from the control, so it is not " +
      "shown that survival taught it to.",
  );
  assertEquals(
    first(yes, beside(-.1, -.15, -.05)),
    "Soft attention looks at the slices that hold the tumour. But the control does so more, so it is not survival that " +
      "taught it to.",
  );
  assertEquals(
    first(yes),
    "Soft attention looks at the slices that hold the tumour. There is no control, so it is not known whether survival " +
      "taught it to.",
  );
  assertEquals(
    first(no, beside(.1, .05, .15)),
    "It is not shown that soft attention looks at the slices that hold the tumour: it is not told apart from equal " +
      "weights. It does put more weight there than the control does.",
  );
  assertEquals(
    first(never),
    "Soft attention looks beside the tumour: it puts less weight on the slices that hold it than equal weights do.",
  );
  assertEquals(first(null), "Where soft attention looks cannot be counted here.");
});

Deno.test("saysWhatAttentionDoes(): whether it pays, and how that is known", () => {
  const yes = onTumour(.1, .05, .15);
  const second = (difference: ReturnType<typeof of> | null, excess: AttentionOnTumour | null = yes) =>
    saysWhatAttentionDoes({ difference, onTumour: excess })[1];
  assertEquals(second(of(.03, .01, .05)), "This pays: it predicts better than average pooling.");
  assertEquals(
    second(of(.03, .01, .05), null),
    "It predicts better than average pooling, but not by anything that is shown here of where it looks.",
  );
  assertEquals(second(of(-.03, -.05, -.01)), "This does not pay: it predicts worse than average pooling.");
  assertEquals(
    second(of(.03, -.01, .07)),
    "It is not shown that soft attention predicts better than average pooling: the two are not told apart.",
  );
  assertEquals(second(null), "Soft attention and average pooling cannot be compared here.");
  const known = (control?: AttentionDifference) =>
    saysWhatAttentionDoes({ difference: null, onTumour: yes, besideControl: control })[2]!.includes("The control is");
  assertEquals([known(), known(beside(.1, .05, .15))], [false, true]);
});

Deno.test("saysTransfer(): ahead with few, never ahead, behind, and without a number", () => {
  const row = (patients: number | "all", difference: ReturnType<typeof of> | null) => ({ patients, difference });
  assertEquals(
    saysTransfer([row(4, of(.1, .02, .2)), row(8, of(.1, .02, .2)), row("all", of(0, -.1, .1))]),
    "The head from the source is ahead of a new one with 4 and 8 of the target's patients. With all of them the two are " +
      "not told apart.",
  );
  assertEquals(
    saysTransfer([row(4, null), row(8, of(0, -.1, .1)), row("all", of(-.1, -.2, -.02))]),
    "With no number of the target's patients is the head from the source shown to be ahead of a new one. With all of " +
      "them it is behind. With 8 of them the two are not told apart. With 4 of them there is no number.",
  );
});

Deno.test("saysCeilings(): leaves out what is not known, and says so of patients", () => {
  const score = (value: number) => ({ value, interval: { low: value - .1, high: value + .1 } });
  assertEquals(
    saysCeilings("soft attention", score(.6), {
      coxOnFeatures: score(.58),
      tumourVolume: null,
      bestReachableCtd: null,
    }),
    "Soft attention reaches 0.600 [0.500, 0.700]. Beside it: Cox regression on the same features, averaged over the " +
      "slices, 0.580 [0.480, 0.680]. The best that could be reached is known of phantoms only.",
  );
  assertEquals(
    saysCeilings("soft attention", null, { bestReachableCtd: null }),
    "Soft attention has no number. The best that could be reached is known of phantoms only.",
  );
});

Deno.test("saysLaw() says that a phantom's law is no finding, and that patients have none", () => {
  assertEquals(
    saysLaw("phantom-lung1", "tissue"),
    "The patients of phantom-lung1 are synthetic, and by construction survival depends on what the tumour is like, and " +
      "not on its size. This is the paper's hypothesis, built into the data: whether it holds of patients is not asked " +
      "here.",
  );
  assertEquals(saysLaw("phantom-lung1-null", "null").includes("This is the control"), true);
  assertEquals(saysLaw("lung1", undefined).startsWith("Nobody knows"), true);
});

Deno.test("saysSpread() needs two trainings", () => {
  assertEquals(saysSpread("ViT", [.6, null]), "How far the seed of training moves ViT is not known.");
});

Deno.test("sentences() shows paragraphs, and a name's marks are no markup", () => {
  const { text, [jupyterDisplay]: display } = sentences("my_cohort has [0.1, 0.2].", undefined, "Two.");
  assertEquals(text, "my_cohort has [0.1, 0.2].\nTwo.");
  assertEquals(display(), { "text/markdown": "my\\_cohort has \\[0.1, 0.2\\].\n\nTwo.", "text/plain": text });
});
