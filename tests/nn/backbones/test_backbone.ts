import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import goldens from "../../fixtures/backbone_goldens.json" with { type: "json" };
import stateDicts from "../../fixtures/state_dicts.json" with { type: "json" };
import {
  compile,
  cpuEngine,
  float32,
  type HostTensor,
  isSpec,
  leaves,
  signatureOf,
  type TensorSpec,
  tf,
  toTensors,
  type Tree,
  type Value,
  valueAndGradients,
  wasmEngine,
} from "@ctsurv/engine/mod.ts";
import { replaceParameters } from "@ctsurv/nn/backbones/backbone.ts";
import { type BackboneArchitecture, channelNormalise, finalBlockNames } from "@ctsurv/nn/mod.ts";
import { chosen, engineUnderTest } from "../../support/engine_under_test.ts";
import {
  hashed,
  hashedInput,
  hashedParameters,
  summarise,
  type Summary,
  toChannelsFirst,
} from "../../support/golden.ts";
import { assertSummary } from "./assert_summary.ts";

/** Absolute, or relative to the largest number if that is more than 1. */
const tolerance = 1e-4;

const engines = { chosen: () => engineUnderTest, wasm: wasmEngine } as const;
type EngineName = keyof typeof engines;
const titles: Readonly<Record<EngineName, string>> = { chosen, wasm: "wasm" };

/** What a golden test needs to know of a backbone. */
interface BackboneTest {
  readonly architecture: BackboneArchitecture;
  /** Multiply-accumulates of the features and of the logits for inputs [1, ..., 3] (flops.json). */
  readonly macs: readonly { readonly shape: readonly number[]; readonly features?: number; readonly logits?: number }[];
  /** Shapes of the parameters for the images of the goldens. @default {architecture.spec()} */
  readonly spec?: Tree<TensorSpec>;
  /** Where its features and its gradients are tested: WebAssembly takes minutes for the larger networks. */
  readonly on?: { readonly features: readonly EngineName[]; readonly gradients: readonly EngineName[] };
}

/**
 * Registers tests of a backbone against torchvision: names and shapes of its parameters, every stage, the features,
 * logits and the gradients of the final block, multiply-accumulates.
 */
export function testBackbone(test: BackboneTest): void {
  const { architecture, macs, spec = architecture.spec() } = test;
  const { features, gradients } = test.on ?? { features: ["chosen"], gradients: ["chosen"] };
  const { name, stages, classifier, trunk, fromCut, forwardFeatures, penultimate, logits } = architecture;
  const model = name as keyof typeof stateDicts;

  Deno.test(`${name} has torchvision's names and shapes`, () => {
    const expected = (stateDicts[model] as [string, number[]][])
      .filter(([name]) => !name.endsWith("num_batches_tracked"));
    const actual = leaves(architecture.spec(), isSpec).map(({ path, value }) => [path, [...value.shape]]);
    assertEquals(actual, expected);
  });

  const golden = goldens.cases.find((one) => one.model === model)!;
  const parameters = hashedParameters(spec as object, goldens.scale[model]) as Tree<HostTensor>;
  const tensors = toTensors<object>(parameters) as Tree<tf.Tensor>;
  const input = hashedInput(golden.input_shape);

  for (const engine of features) {
    Deno.test(`${name} agrees with torchvision stage by stage on ${titles[engine]}`, async () => {
      // Parameters as inputs: in ONNX Runtime they are not copied then. In the test of gradients they are constants.
      const network = await compile(await engines[engine](), (inputs) => {
        const [x, tensors] = [inputs.x, inputs.parameters as Tree<tf.Tensor>];
        const run: Record<string, tf.Tensor> = {};
        [...stages, ...classifier].reduce((y, stage) => {
          return run[stage.name] = stage.run(y, tensors, channelNormalise);
        }, x);
        return {
          run,
          features: forwardFeatures(x, tensors),
          penultimate: penultimate(x, tensors),
          logits: logits(x, tensors),
        };
      }, { x: signatureOf(input), parameters: signatureOf(parameters as object) });
      const outputs = await network.run({ x: input, parameters: parameters as object });
      for (const [module, expected] of Object.entries(golden.stages as Record<string, Summary>)) {
        // A layer's output is that of its last block.
        const found = Object.keys(outputs.run).findLast((stage) => stage === module || stage.startsWith(`${module}.`));
        assert(found, `no stage ${module}`);
        const value = outputs.run[found]!;
        const isMap = value.shape.length > 3;
        const values = isMap ? toChannelsFirst(await value.read(), value.shape) : await value.read();
        assertAgrees(summarise(values, expected.shape), expected, module);
      }
      const features = await outputs.features.read();
      assertEquals([...outputs.features.shape], golden.feature_shape);
      const allowed = tolerance * Math.max(1, ...golden.features.map(Math.abs));
      golden.features.forEach((value, i) => assertAlmostEquals(features[i]!, value, allowed, `features[${i}]`));
      assertAgrees(summarise(await outputs.logits.read(), golden.logits.shape), golden.logits, "logits");
      assertEquals(outputs.penultimate.shape.at(-1), architecture.penultimateFeatures);
      assertEquals(architecture.features, golden.feature_shape.at(-1));
      await network.dispose();
    });
  }

  for (const engine of gradients) {
    Deno.test(`${name} has PyTorch's gradients in its final block on ${titles[engine]}`, async () => {
      const direction = hashed("grad");
      const named = new Map(leaves(parameters, isHost).map(({ path, value }) => [path, value]));
      const trained = Object.fromEntries(finalBlockNames(architecture).map((path) => [path, named.get(path)!]));
      assertEquals(Object.keys(trained), Object.keys(golden.final_block_grads.params));
      const step = await compile(await engines[engine](), ({ x, trained }) => {
        const activations = trunk(x, tensors);
        return valueAndGradients((trained) => {
          const features = fromCut(activations, replaceParameters(tensors, trained));
          const weights = Float32Array.from({ length: features.size }, (_, i) => direction(i));
          return tf.sum(tf.mul(features, tf.tensor(weights, features.shape)));
        }, trained as Record<string, tf.Tensor>);
      }, { x: signatureOf(input), trained: signatureOf(trained) });
      const { value, gradients } = await step.run({ x: input, trained });
      const { loss, params } = golden.final_block_grads;
      assertAlmostEquals((await value.read())[0]!, loss, tolerance * Math.max(1, Math.abs(loss)), "loss");
      for (const [key, expected] of Object.entries(params as Record<string, Summary>)) {
        const gradient = (gradients as Record<string, Value>)[key]!;
        assertAgrees(summarise(await gradient.read(), expected.shape), expected, key);
      }
      await step.dispose();
    });
  }

  Deno.test(`${name} takes the multiply-accumulates that torchvision's takes`, async () => {
    for (const { shape, ...expected } of macs) {
      for (const [output, count] of Object.entries(expected)) {
        const run = output === "features" ? forwardFeatures : logits;
        // An eager engine counts them without parameters.
        const { macs } = await compile(
          cpuEngine(),
          ({ x, parameters }) => ({ y: run(x, parameters as Tree<tf.Tensor>) }),
          { x: float32(...shape), parameters: architecture.spec() as object },
        );
        assertEquals(macs, count, `${output} of [${shape}]`);
      }
    }
  });
}

function assertAgrees(actual: Summary, expected: Summary, name: string): void {
  assertSummary(actual, expected, name, tolerance * Math.max(1, -expected.min, expected.max));
}

const isHost = isSpec as (node: unknown) => node is HostTensor;
