import { assert, assertEquals } from "@std/assert";
import { cpuEngine, type HostTensor, tf, toTensors } from "@ctsurv/engine/mod.ts";
import { chosen, engineUnderTest } from "../../../support/engine_under_test.ts";
import { assertClose, evaluate, normal } from "../../agreement.ts";

/** Where the true gradient comes from; `adjoint` is for linear functions whose gradient tfjs gets wrong. */
type Gradient = "tfjs" | "adjoint" | "none";

/** A function and the numbers on which the engine under test and tfjs must agree. */
interface Case {
  readonly fn: (...inputs: tf.Tensor[]) => tf.Tensor;
  readonly inputs: readonly HostTensor[];
  readonly gradient: Gradient;
  readonly tolerance: number;
}

interface CaseOptions {
  /** Of the function by each of its float32 inputs. @default {"tfjs"} */
  readonly gradient?: Gradient;
  /** Relative to the largest number of an output. @default {3e-6} */
  readonly tolerance?: number;
}

/** Cases that together run every one of `kernels`. */
interface KernelTest {
  readonly kernels: readonly string[];
  readonly cases: readonly Case[];
}

const engine = engineUnderTest;
const cpu = cpuEngine();

/** `fn` of `inputs`, forward and backward. */
export function agree<Inputs extends tf.Tensor[]>(
  fn: (...inputs: Inputs) => tf.Tensor,
  inputs: readonly HostTensor[],
  { gradient = "tfjs", tolerance = 3e-6 }: CaseOptions = {},
): Case {
  return { fn: fn as unknown as Case["fn"], inputs, gradient, tolerance };
}

/** `fn` of `inputs`, which has no gradient, or none at these numbers. */
export function agreeForward<Inputs extends tf.Tensor[]>(
  fn: (...inputs: Inputs) => tf.Tensor,
  inputs: readonly HostTensor[],
  options: Omit<CaseOptions, "gradient"> = {},
): Case {
  return agree(fn, inputs, { ...options, gradient: "none" });
}

/** Registers a test for each entry, and one that asserts that they cover the family and its gradients. */
export function testKernels(family: Readonly<Record<string, unknown>>, tests: readonly KernelTest[]): void {
  for (const { kernels, cases } of tests) {
    Deno.test(`${kernels.join(", ")} of ${chosen} and of tfjs agree`, async () => {
      const ran = new Set<string>();
      for (const one of cases) (await assertAgrees(one)).forEach((kernel) => ran.add(kernel));
      for (const kernel of kernels) assert(ran.has(kernel), `No case runs ${kernel}, only ${[...ran].join(", ")}`);
    });
  }
  Deno.test("every kernel has a test, and its gradient too where tfjs has one", () => {
    assertEquals(tests.flatMap(({ kernels }) => kernels).sort(), Object.keys(family).sort());
    for (const { kernels, cases } of tests) {
      const tested = cases.some(({ gradient }) => gradient !== "none");
      const possible = kernels.some((kernel) => tf.getGradient(kernel)) && cases.some(hasFloats);
      assertEquals(tested, possible, kernels[0]!);
    }
  });
}

/** Asserts that both engines agree; gives the names of tfjs's kernels that ran. */
async function assertAgrees(one: Case): Promise<string[]> {
  const { fn, inputs, gradient, tolerance } = one;
  const called = `${fn.name || fn} of ${inputs.map(({ shape, dtype }) => `${dtype} [${shape}]`).join(", ")}`;
  const dy = normal(...tf.tidy(() => fn(...toTensors(inputs)).shape));
  const value = ([, ...xs]: readonly tf.Tensor[]) => [fn(...xs)];
  const both = ([dy, ...xs]: readonly tf.Tensor[]) => withGradients(one, xs, dy!);
  const reference = Promise.withResolvers<HostTensor[]>();
  // tf.profile does not survive an error, so that one leaves by the other door.
  const { kernelNames } = await tf.profile(async () => {
    await evaluate(cpu, gradient === "tfjs" ? both : value, [dy, ...inputs]).then(reference.resolve, reference.reject);
    return [];
  });
  const expected = await reference.promise;
  if (gradient === "adjoint") expected.push(adjoint(one, dy));
  const actual = await evaluate(engine, gradient === "none" ? value : both, [dy, ...inputs]);
  expected.forEach((output, i) =>
    assertClose(actual[i]!, output, i === 0 ? called : `gradient ${i} of ${called}`, { tolerance })
  );
  return kernelNames;
}

function hasFloats({ inputs }: Case): boolean {
  return inputs.some(({ dtype }) => dtype === "float32");
}

/** The value and its gradients by the float32 inputs. */
function withGradients({ fn, inputs }: Case, xs: readonly tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  const moving = xs.filter((_, i) => inputs[i]!.dtype === "float32");
  const ofMoving = (...moved: tf.Tensor[]) => fn(...xs.map((x) => moved[moving.indexOf(x)] ?? x));
  const { value, grads } = tf.valueAndGrads(ofMoving)(moving, dy);
  return [value, ...grads];
}

/** The gradient of a linear function of one input: entry i is what the i-th unit vector adds to the loss. */
function adjoint({ fn, inputs }: Case, dy: HostTensor): HostTensor {
  const [input] = inputs as [HostTensor];
  const data = Float32Array.from(input.data, (_, i) =>
    tf.tidy(() => {
      const unit = { ...input, data: input.data.map((_, j) => Number(i === j)) };
      return fn(toTensors(unit)).mul(toTensors(dy)).sum().dataSync()[0]!;
    }));
  return { ...input, data };
}
