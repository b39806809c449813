import { assert, assertEquals, assertThrows } from "@std/assert";
import goldens from "../../fixtures/backbone_goldens.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import { cpuEngine, type HostTensor, leaves, tf, toTensors, type Tree } from "@ctsurv/engine/mod.ts";
import { isTensor } from "@ctsurv/engine/values.ts";
import { backbones, channelNormalise, efficientNetB0, findBackbone } from "@ctsurv/nn/mod.ts";
import type { ChannelNormalise } from "@ctsurv/nn/layers/normalisation.ts";
import { evaluate, normal } from "../../engine/agreement.ts";
import { hashedParameters } from "../../support/golden.ts";

Deno.test("findBackbone() finds every backbone by its name", () => {
  for (const [name, architecture] of Object.entries(backbones)) {
    assertEquals(architecture.name, name);
    assertEquals(findBackbone(name), architecture);
  }
  assertEquals(findBackbone("efficientnet_b0").features, 1280);
});

Deno.test("findBackbone() refuses another name and lists those there are", () => {
  for (const name of ["alexnet2", "", "EfficientNetB0", "toString", "__proto__"]) {
    assertThrows(() => findBackbone(name), InputError, `Unknown backbone "${name}": choose one of efficientnet_b0`);
  }
});

/** The features of an image, with the largest number of tensors that are held on the way to them. */
async function featuresOf(handedOut: readonly tf.Tensor[] | undefined): Promise<[features: HostTensor, most: number]> {
  const parameters = toTensors(
    hashedParameters(efficientNetB0.spec() as object, goldens.scale.efficientnet_b0),
  ) as Tree<tf.Tensor>;
  let most = 0;
  const normalise: ChannelNormalise = Object.assign((...[x, norm]: Parameters<ChannelNormalise>) => {
    most = Math.max(most, tf.memory().numTensors);
    return channelNormalise(x, norm);
  }, handedOut && { handedOut });
  const before = tf.memory().numTensors;
  const [features] = await evaluate(
    cpuEngine(),
    ([x]) => [efficientNetB0.forwardFeatures(x!, parameters, normalise)],
    [normal(1, 32, 32, 3)],
  );
  tf.dispose(leaves(parameters, isTensor).map(({ value }) => value));
  return [features!, most - before];
}

Deno.test("a backbone holds the tensors of one stage at a time, unless the normalisation may have handed them out", async () => {
  const [[features, most], [expected, all]] = [await featuresOf([]), await featuresOf(undefined)];
  assertEquals(features, expected);
  assert(most < all / 4, `${most} tensors at a time of ${all}`);
});

Deno.test("a backbone keeps what the normalisation has handed out until its caller frees it", async () => {
  const parameters = toTensors(
    hashedParameters(efficientNetB0.spec() as object, goldens.scale.efficientnet_b0),
  ) as Tree<tf.Tensor>;
  const means = await evaluate(cpuEngine(), ([x]) => {
    const handedOut: tf.Tensor[] = [];
    const normalise: ChannelNormalise = Object.assign((...[y, norm]: Parameters<ChannelNormalise>) => {
      handedOut.push(tf.mean(y));
      return channelNormalise(y, norm);
    }, { handedOut });
    efficientNetB0.forwardFeatures(x!, parameters, normalise);
    return handedOut;
  }, [normal(1, 32, 32, 3)]);
  assertEquals(means.length, 49);
  assert(means.every(({ data }) => Number.isFinite(data[0])));
  tf.dispose(leaves(parameters, isTensor).map(({ value }) => value));
});
