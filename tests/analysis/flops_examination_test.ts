import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import flops from "../fixtures/flops.json" with { type: "json" };
import { examineFlops, modelCost } from "@ctsurv/analysis/mod.ts";
import { backbones } from "@ctsurv/nn/mod.ts";
import { flopsFigure, flopsFindings, flopsTable } from "@ctsurv/report/mod.ts";

const examination = examineFlops();
const { readings, both, nearest, reportedRatio, likeForLike } = examination;

Deno.test("examineFlops(): 54.3 is EfficientNetB0 in MACs at 141 slices, 2924.6 ResNet3d-18 in 2 x MACs at 143 to 144", () => {
  const [b0, b0Twice, r3d, r3dTwice] = readings;
  assertEquals(readings.map(({ model, flopsPerMac }) => `${model} ${flopsPerMac}`), [
    "efficientnet_b0 1",
    "efficientnet_b0 2",
    "r3d_18 1",
    "r3d_18 2",
  ]);
  assertEquals(readings.map(({ exact }) => exact), [141, null, null, null]);
  assertEquals(readings.map(({ below, above }) => [below.slices, above.slices]), [[141, 142], [70, 71], [287, 288], [
    143,
    144,
  ]]);
  assertEquals(b0!.below.gflops.toFixed(2), "54.27");
  assertEquals([b0Twice!.below, b0Twice!.above].map(({ gflops }) => gflops.toFixed(2)), ["53.88", "54.65"]);
  assertEquals(r3d!.below.gflops.toFixed(2), "2924.23");
  assertEquals([r3dTwice!.below, r3dTwice!.above].map(({ gflops }) => gflops.toFixed(2)), ["2918.33", "2930.14"]);
  assertAlmostEquals(r3dTwice!.depth, 143.53, 0.01);
  assertEquals(nearest, [b0!, r3dTwice!]);
});

Deno.test("examineFlops(): no convention gives both, and like for like the ratio is half the reported one", () => {
  assertEquals(both, []);
  assertAlmostEquals(reportedRatio, 53.86, 0.01);
  assertAlmostEquals(likeForLike.find(({ slices }) => slices === 141)!.ratio, 26.58, 0.01);
  assert(likeForLike.every(({ ratio }) => ratio > 26.4 && ratio < 26.7));
  // The same from torchvision's own counts, whose layer to 400 classes weighs nothing beside the rest.
  for (const { slices, ratio } of likeForLike) {
    const known = flops.r3d_18.find(({ R }) => R === slices);
    if (known) {
      assertAlmostEquals(ratio, known.mac224 / (slices * flops["2d"].efficientnet_b0.mac_last_layer_to_256), 1e-5);
    }
  }
});

Deno.test("examineFlops() finds the number of slices and the convention of costs that belong together", () => {
  const [b0, alexNet] = [backbones.efficientnet_b0!, backbones.alexnet!];
  const examine = (flopsPerMac: number) => {
    const [first, second] = [b0, alexNet].map((architecture) => {
      const gflops = flopsPerMac * modelCost(architecture, { slices: 61 }).macsOfImages / 1e9;
      return { architecture, gflops: Number(gflops.toFixed(1)) };
    });
    return examineFlops(first, second);
  };
  const inMacs = examine(1);
  assertEquals(inMacs.both, [{ slices: 61, flopsPerMac: 1 }]);
  assertStringIncludes(flopsFindings(inMacs)[0]!, "Both numbers come out at 61 slices");
  // 2 x MACs of 61 slices are MACs of 122: that cannot be told apart.
  assertEquals(examine(2).both, [{ slices: 122, flopsPerMac: 1 }, { slices: 61, flopsPerMac: 2 }]);
});

Deno.test("examineFlops() reads a cost of less than one slice as none", () => {
  const tiny = { architecture: backbones.efficientnet_b0!, gflops: 0.1 };
  assertEquals(examineFlops(tiny, tiny).readings[0]!.below, { slices: 0, gflops: 0 });
});

Deno.test("flopsFindings(), flopsTable() and flopsFigure() say what was found", () => {
  const findings = flopsFindings(examination).join("\n");
  assertStringIncludes(findings, "No number of slices and single convention gives both 54.3 and 2924.6.");
  assertStringIncludes(findings, "costs 53.9 times");
  assertStringIncludes(findings, "26.4 to 26.6 times");
  assertStringIncludes(findings, "54.3 in MACs at 141 slices and ResNet3d-18's 2924.6 in 2 × MACs between 143 and 144");
  assertStringIncludes(findings, "54.3 and 1442.5 billion, 26.6 times");
  assertEquals(flopsTable(examination).csv.match(/never/g)!.length, 3);
  const { svg } = flopsFigure(examination);
  for (const text of ["54.3", "2924.6", "143.5", "141.1"]) assertStringIncludes(svg, `>${text}<`);
});
