import { assert, assertEquals } from "@std/assert";
import timmKeys from "../../fixtures/checkpoints/timm_key_map.json" with { type: "json" };
import stateDicts from "../../fixtures/state_dicts.json" with { type: "json" };
import { renameTimmEfficientNet, renameTimmVgg, renameTimmVit } from "@ctsurv/weights/catalogue/_name_maps.ts";
import { networkParameters } from "@ctsurv/weights/catalogue/_network_parameters.ts";
import { CATALOGUE, findEntries, isStepCount, type NamedShape } from "@ctsurv/weights/mod.ts";

/** torchvision's state dicts: names and shapes, by network. */
const networks = stateDicts as unknown as Record<string, readonly (readonly [string, readonly number[]])[]>;
/** timm's name, torchvision's, and timm's shape where it is another. */
const pairs = timmKeys as unknown as Record<string, readonly (readonly [string, string, "reshape"?, (number[])?])[]>;

Deno.test("the catalogue's files are told apart, and their hashes begin as their names say", () => {
  for (const field of ["name", "url", "file"] as const) {
    assertEquals(new Set(CATALOGUE.map((entry) => entry[field])).size, CATALOGUE.length, field);
  }
  for (const { file, sha256 } of CATALOGUE) {
    const digits = /-([0-9a-f]{8})\.pth$/.exec(file)?.[1];
    assertEquals(sha256?.slice(0, 8), digits, file);
    assert(sha256 === undefined || [8, 64].includes(sha256.length), file);
  }
});

Deno.test("findEntries() gives a network's default weights, in every file that holds them", () => {
  const names = (name: string) => findEntries(name).map((entry) => entry.name);
  assertEquals(names("resnet50"), ["resnet50.imagenet1k_v1", "resnet50.tv_in1k"]);
  assertEquals(names("resnet50.imagenet1k_v2"), ["resnet50.imagenet1k_v2"]);
  assertEquals(names("r3d_18"), ["r3d_18.kinetics400_v1"]);
});

Deno.test("networks' parameters are those of torchvision's state dicts, and the classifier is what features do without", () => {
  const classifiers: Record<string, readonly string[]> = {
    efficientnet_b0: ["classifier.1"],
    resnet50: ["fc"],
    vgg16: ["classifier.0", "classifier.3", "classifier.6"],
    alexnet: ["classifier.1", "classifier.4", "classifier.6"],
    vit_b_16: ["heads.head"],
    r3d_18: ["fc"],
  };
  assertEquals(Object.keys(classifiers), Object.keys(networks));
  for (const [network, shapes] of Object.entries(networks)) {
    const { trunk, classifier } = networkParameters(network);
    const expected = shapes.filter(([name]) => !isStepCount(name)).map(([name, shape]) => `${name} [${shape}]`);
    const found = [...trunk, ...classifier].map(([name, shape]) => `${name} [${shape}]`);
    assertEquals(found.sort(), expected.sort(), network);
    const layers = classifiers[network]!.flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]);
    assertEquals([...classifier.keys()].sort(), layers.sort(), network);
  }
  assertEquals(networkParameters("unet_r231").classifier.size, 0);
  for (const { architecture } of CATALOGUE) assert(networkParameters(architecture).trunk.size > 0);
});

const renames = {
  efficientnet_b0: ["efficientnet_b0", renameTimmEfficientNet],
  vgg16: ["vgg16", renameTimmVgg],
  vit_base_patch16_224: ["vit_b_16", renameTimmVit],
  resnet50: ["resnet50", (tensor: NamedShape) => tensor],
} as const;

for (const [timmName, [network, rename]] of Object.entries(renames)) {
  Deno.test(`timm's names of ${timmName} become torchvision's, each and with its shape`, () => {
    const shapes = new Map(networks[network]!);
    const found = new Map(pairs[timmName]!.map(([timm, torchvision, , shape]) => {
      const { name, shape: renamed } = rename({ name: timm, shape: shape ?? shapes.get(torchvision)! });
      assertEquals(name, torchvision, timm);
      return [name, renamed];
    }));
    assertEquals(found, shapes);
  });
}

Deno.test("the published ViT has older names for its MLP", () => {
  const { rename } = findEntries("vit_b_16")[0]!;
  const tensor = { name: "encoder.layers.encoder_layer_11.mlp.linear_2.weight", shape: [768, 3072] };
  assertEquals(rename!(tensor), { name: "encoder.layers.encoder_layer_11.mlp.3.weight", shape: [768, 3072] });
});
