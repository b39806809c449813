import type { NamedShape } from "../load_weights.ts";

type Rename = (tensor: NamedShape) => NamedShape;
type Rule = readonly [pattern: RegExp, replacement: string | ((...groups: readonly string[]) => string)];

/** Applies every rule that matches, one after another. */
function renameBy(rules: readonly Rule[]): Rename {
  return ({ name, shape }) => ({
    name: rules.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement as string), name),
    shape,
  });
}

/** torchvision renamed the layers of ViT's MLP after its weights had been published (MLPBlock, version 2). */
export const renameOldVit: Rename = renameBy([
  [/\.mlp\.linear_1\./, ".mlp.0."],
  [/\.mlp\.linear_2\./, ".mlp.3."],
]);

/** timm's ViT in torchvision's names. */
export const renameTimmVit: Rename = renameBy([
  [/^cls_token$/, "class_token"],
  [/^pos_embed$/, "encoder.pos_embedding"],
  [/^patch_embed\.proj\./, "conv_proj."],
  [/^norm\./, "encoder.ln."],
  [/^head\./, "heads.head."],
  [/^blocks\.(\d+)\./, "encoder.layers.encoder_layer_$1."],
  [/\.norm([12])\./, ".ln_$1."],
  [/\.attn\.qkv\./, ".self_attention.in_proj_"],
  [/\.attn\.proj\./, ".self_attention.out_proj."],
  [/\.mlp\.fc1\./, ".mlp.0."],
  [/\.mlp\.fc2\./, ".mlp.3."],
]);

/** The parts of an MBConv block, by timm's names. The first stage's blocks do not widen. */
const firstStage: Readonly<Record<string, string>> = {
  conv_dw: "0.0",
  bn1: "0.1",
  "se.conv_reduce": "1.fc1",
  "se.conv_expand": "1.fc2",
  conv_pw: "2.0",
  bn2: "2.1",
};
const laterStages: Readonly<Record<string, string>> = {
  conv_pw: "0.0",
  bn1: "0.1",
  conv_dw: "1.0",
  bn2: "1.1",
  "se.conv_reduce": "2.fc1",
  "se.conv_expand": "2.fc2",
  conv_pwl: "3.0",
  bn3: "3.1",
};

/** timm's EfficientNet-B0 in torchvision's names. */
export const renameTimmEfficientNet: Rename = renameBy([
  [/^conv_stem\./, "features.0.0."],
  [/^bn1\./, "features.0.1."],
  [/^conv_head\./, "features.8.0."],
  [/^bn2\./, "features.8.1."],
  [/^classifier\./, "classifier.1."],
  [
    /^blocks\.(\d)\.(\d)\.((?:se\.)?\w+)\./,
    (_, stage, block, part) =>
      `features.${Number(stage) + 1}.${block}.block.${(stage === "0" ? firstStage : laterStages)[part!]}.`,
  ],
]);

/** timm's VGG16 in torchvision's names. Its first two linear layers are convolutions with the same numbers. */
export function renameTimmVgg({ name, shape: [outputs = 1, ...inputs] }: NamedShape): NamedShape {
  const isLinear = name.startsWith("pre_logits.") && inputs.length > 1;
  const shape = isLinear ? [inputs.reduce((product, dim) => product * dim, 1)] : inputs;
  return renameBy([
    [/^pre_logits\.fc1\./, "classifier.0."],
    [/^pre_logits\.fc2\./, "classifier.3."],
    [/^head\.fc\./, "classifier.6."],
  ])({ name, shape: [outputs, ...shape] });
}
