import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import timmKeys from "../../fixtures/checkpoints/timm_key_map.json" with { type: "json" };
import stateDicts from "../../fixtures/state_dicts.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import { type CheckpointEntry, matchNetwork } from "@ctsurv/weights/mod.ts";
import { cpuSeconds } from "../../support/cpu_seconds.ts";

type Shapes = Readonly<Record<string, readonly number[]>>;

const networks = Object.fromEntries(
  Object.entries(stateDicts as unknown as Record<string, readonly (readonly [string, readonly number[]])[]>)
    .map(([network, shapes]) => [network, Object.fromEntries(shapes)]),
) as Record<string, Shapes>;
const resnet = networks.resnet50!;

const change = (shapes: Shapes, rename: (name: string) => string | undefined): Shapes =>
  Object.fromEntries(
    Object.entries(shapes).flatMap(([name, shape]) => {
      const other = rename(name);
      return other === undefined ? [] : [[other, shape]];
    }),
  );
const under = (prefix: string, shapes: Shapes) => change(shapes, (name) => prefix + name);
const without = (shapes: Shapes, pattern: RegExp) => change(shapes, (name) => pattern.test(name) ? undefined : name);

/** Matches a file of these tensors, of float32 but for counters. */
function match(shapes: Shapes) {
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape]): [string, CheckpointEntry] => [name, {
      dtype: /num_batches_tracked$|n_averaged$/.test(name) ? "int64" : "float32",
      shape,
    }]),
  );
  const { entry: { architecture, name }, ...found } = matchNetwork({ path: "own.pth", tensors });
  return { architecture, name, ...found };
}

const refused = (shapes: Shapes) => assertThrows(() => match(shapes), InputError, "own.pth").message;

Deno.test("matchNetwork() knows each network by torchvision's names, whole and without notes", () => {
  for (const [network, shapes] of Object.entries(networks)) {
    const { architecture, absent, prefix, notes } = match(shapes);
    assertEquals([architecture, absent, prefix, notes], [network, [], "", []]);
  }
});

Deno.test("matchNetwork() takes what wrappers and training scripts put before the names", () => {
  const prefixes = [
    "module.",
    "model.",
    "backbone.",
    "_orig_mod.",
    "_orig_mod.module.",
    "module._orig_mod.",
    "state_dict.",
    "state_dict.module.",
    "state_dict.model.backbone.",
    "model.",
    "model.module.",
    "ema.",
    "state_dict_ema.",
    "model_state_dict._orig_mod.encoder.",
  ];
  for (const [network, shapes] of Object.entries(networks)) {
    for (const prefix of prefixes) {
      const { architecture, absent, sources, ...found } = match(under(prefix, shapes));
      assertEquals([architecture, absent], [network, []], prefix);
      assertEquals(sources.get(Object.keys(shapes)[0]!), prefix + Object.keys(shapes)[0]!);
      if (network === "resnet50") {
        assertEquals([found.prefix, found.notes], [prefix, [`the weights stand under "${prefix}"`]]);
      }
    }
  }
});

Deno.test("matchNetwork() takes DataParallel around a part of the network, as PyTorch's ImageNet example has it", () => {
  const parallel = change(networks.alexnet!, (name) => name.replace(/^features\./, "features.module."));
  const { architecture, sources } = match(under("state_dict.", parallel));
  assertEquals([architecture, sources.get("features.0.weight")], ["alexnet", "state_dict.features.module.0.weight"]);
});

Deno.test("matchNetwork() takes timm's names under a prefix", () => {
  const keys = timmKeys as unknown as Record<string, readonly (readonly [string, string, string?, number[]?])[]>;
  const names = { efficientnet_b0: "efficientnet_b0", vgg16: "vgg16", vit_base_patch16_224: "vit_b_16" };
  for (const [timm, network] of Object.entries(names)) {
    const shapes = Object.fromEntries(
      keys[timm]!.map(([name, torchvision, , shape]) => [name, shape ?? networks[network]![torchvision]!]),
    );
    const { architecture, absent, prefix } = match(under("state_dict.", shapes));
    assertEquals([architecture, absent, prefix], [network, [], "state_dict."]);
  }
});

Deno.test("matchNetwork() does without the classifier, and with one of other classes", () => {
  for (const [network, last] of Object.entries({ resnet50: "fc", vit_b_16: "heads.head", vgg16: "classifier.6" })) {
    const shapes = networks[network]!;
    const none = match(without(shapes, new RegExp(`^${last}\\.`)));
    assertEquals([none.architecture, none.absent], [network, [`${last}.weight`, `${last}.bias`]]);
    assertEquals(none.notes, ["it has no classifier; features do without it"]);
    const two = match({ ...shapes, [`${last}.weight`]: [2, shapes[`${last}.weight`]![1]!], [`${last}.bias`]: [2] });
    assertEquals([two.architecture, two.absent], [network, none.absent]);
    assertStringIncludes(two.notes[0]!, `its classifier is another (${last}.weight)`);
  }
  const mlp = match({ ...without(resnet, /^fc\./), "fc.0.weight": [64, 2048], "fc.2.weight": [2, 64] });
  assertEquals([mlp.architecture, mlp.absent], ["resnet50", ["fc.weight", "fc.bias"]]);
  assertEquals(match(without(networks.vgg16!, /^classifier\./)).absent.length, 6);
});

Deno.test("matchNetwork() leaves out what lies beside the network, and says so", () => {
  const beside = { "optimizer.state.0.exp_avg": [64, 3, 7, 7], "state_dict.head.weight": [1, 2048], best: [] };
  const { sources, notes, prefix } = match({ ...under("state_dict.backbone.", without(resnet, /^fc/)), ...beside });
  assertEquals([sources.size, prefix], [265, "state_dict.backbone."]);
  assertEquals(notes.at(-1), "3 other tensors were left out, the first of them optimizer.state.0.exp_avg");
  // A count of averaged models is no layer.
  assertEquals(match({ ...under("module.", resnet), n_averaged: [] }).architecture, "resnet50");
});

Deno.test("matchNetwork() refuses a file with a network twice, and names both", () => {
  const message = refused({ ...under("state_dict.", resnet), ...under("ema.module.", resnet) });
  assertStringIncludes(message, 'the weights of resnet50 2 times, under "state_dict." and "ema."');
  assertStringIncludes(message, "Save one of them alone");
  assertStringIncludes(
    refused({ ...resnet, ...under("module.", resnet) }),
    "there twice (conv1.weight and module.conv1",
  );
});

Deno.test("matchNetwork() names what differs: the network, the prefix, the tensors and what to do", () => {
  const missing = refused(under("model.", without(resnet, /^layer4\.2\.bn3\.weight/)));
  assertStringIncludes(missing, 'its tensors under "model." are nearly those of resnet50, but not all');
  assertStringIncludes(missing, "1 missing (model.layer4.2.bn3.weight). The file is not complete");
  const grey = refused({ ...resnet, "conv1.weight": [64, 1, 7, 7] });
  assertStringIncludes(grey, "conv1.weight is [64,1,7,7], wanted [64,3,7,7]");
  assertStringIncludes(grey, "another variant of resnet50");
  const attention = refused({ ...under("module.", resnet), "module.attention.weight": [1, 2048] });
  assertStringIncludes(attention, "1 not of this network (module.attention.weight)");
  assertStringIncludes(attention, "save the network without them");
});

Deno.test("matchNetwork() does not take a deeper network for a shorter one", () => {
  // ResNet101 has all parameters of ResNet50 with their shapes, and more blocks in its third layer.
  const block = Object.entries(resnet).filter(([name]) => name.startsWith("layer3.5."));
  const more = Array.from(
    { length: 17 },
    (_, i) => block.map(([name, shape]) => [name.replace("layer3.5", `layer3.${6 + i}`), shape]),
  );
  assertStringIncludes(refused({ ...resnet, ...Object.fromEntries(more.flat()) }), "another network than resnet50");
  assertStringIncludes(refused({ "lstm.weight": [4, 4], "lstm.bias": [4] }), "not a file that ctsurv knows");
});

Deno.test("matchNetwork() takes a second at most for a file that was made to take long", () => {
  const names = Array.from({ length: 9_900 }, (_, i) => `${"a.".repeat(200)}features.0.weight.${i}`);
  const copies = Array.from({ length: 900 }, (_, i) => under(`c${i}.`, { "features.0.weight": [64, 3, 11, 11] }));
  const started = cpuSeconds();
  refused(Object.fromEntries(names.map((name) => [name, [1]])));
  refused(Object.assign({}, ...copies));
  assertStringIncludes(
    refused(Object.fromEntries([...names, ...names.map((name) => `b${name}`)].map((n) => [n, [1]]))),
    "Save the",
  );
  assert(cpuSeconds() - started < 6);
});
