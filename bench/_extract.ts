import { openStudy, readEnvironment } from "@ctsurv/study/mod.ts";
const environment = {
  ...readEnvironment(),
  profile: "paper",
  protocol: "paper",
  weights: undefined,
  cohort: "/tmp/real_cohort/lung1-five-slices",
};
const study = await openStudy({
  environment: { ...environment, weights: "seeded" },
  cache: "/tmp/real_cache",
  folder: "/tmp/real_scratch/x",
});
for (
  const [name, kind] of [
    ["efficientnet_b0", "seeded"],
    ["efficientnet_b0", "phantom"],
    ["alexnet", "seeded"],
    ["resnet50", "seeded"],
    ["r3d_18", "seeded"],
    ["vit_b_16", "seeded"],
    ["vgg16", "seeded"],
  ] as const
) {
  const t = performance.now();
  const f = await study.features(name, {}, kind);
  console.log(name, kind, f.patients.length, f.deaths, ((performance.now() - t) / 1000).toFixed(1), "s");
  if (name === "efficientnet_b0" && kind === "seeded") {
    for (const s of f.skipped) console.log("skipped", JSON.stringify(s));
    const h: Record<number, number> = {};
    for (const s of f.slices) h[s.kept.length] = (h[s.kept.length] ?? 0) + 1;
    console.log("kept", JSON.stringify(h));
  }
}
await study.segmenter.dispose();
