import { createRandom } from "@ctsurv/base/mod.ts";
import {
  type HostTensor,
  hostTensor,
  isSpec,
  mapTree,
  onnxEngine,
  type TensorSpec,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import { canonicalOrientation, defaultSettings, readVolume, resample } from "@ctsurv/imaging/mod.ts";
import { R231_SIZE, r231Inputs, r231Network, r231Paint, r231Postprocess } from "@ctsurv/lungs/mod.ts";
import { r231Shape, type UNet, uNetSpec } from "@ctsurv/nn/mod.ts";
import { peakMegabytes } from "./peak_megabytes.ts";
import { cutOut } from "./preprocess_stages.ts";

/** One process's stages of preprocessing a patient with lungmask's R231. */
export interface LungStages {
  readonly name: string;
  /** Of the resampled volume. */
  readonly shape: readonly number[];
  readonly kept: number;
  /** Lung voxels of the resampled volume, to see that both did the same. */
  readonly voxels: number;
  /** ms */
  readonly stages: Readonly<Record<string, number>>;
  /** Most memory that the process ever held; 0 where the system does not tell. */
  readonly peakMegabytes: number;
}

/**
 * Preprocesses a patient twice, each time in a process of its own: here, and with lungmask in PyTorch (`CTSURV_PYTHON` or
 * `python3`). The weights are random, which changes no time; so that the clean-up has lungs to clean up, it gets two that
 * are drawn, with crumbs around them, in place of what the network found.
 *
 * @returns What each took, or why it did not run.
 */
export async function compareLungs(path: string, threads: number): Promise<(LungStages | string)[]> {
  const script = (name: string) => decodeURIComponent(new URL(name, import.meta.url).pathname);
  const python = Deno.env.get("CTSURV_PYTHON") || "python3";
  return [
    await stagesOf(Deno.execPath(), ["run", "-A", "--frozen", script("./lungs.ts"), path, `${threads}`]),
    await stagesOf(python, [script("./lungs.py"), path, `${threads}`]),
  ];
}

async function stagesOf(program: string, args: readonly string[]): Promise<LungStages | string> {
  try {
    const { stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
    const text = new TextDecoder().decode(stdout).trim();
    if (text === "") return `${program} failed: ${new TextDecoder().decode(stderr).trim().split("\n").at(-1)}`;
    const result: LungStages | { readonly error: string } = JSON.parse(text);
    return "error" in result ? `${program}: ${result.error}` : result;
  } catch (error) {
    return `${program} cannot be started: ${(error as Error).message}`;
  }
}

async function lungStages(path: string, threads: number): Promise<LungStages> {
  const parameters = randomParameters();
  const engine = onnxEngine({ threads });
  const stages: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    stages[name] = performance.now() - start;
    return result;
  };
  const { volume } = await timed("read", () => readVolume(path));
  const resampled = await timed(
    "orient and resample",
    () => resample(canonicalOrientation(volume, path), defaultSettings),
  );
  const network = await timed("prepare the network", () => r231Network(engine, parameters, 1));
  const { images, boxes } = await timed("find bodies, crop to 256 x 256", () => r231Inputs(resampled));
  await timed("network", () => network.classify(images));
  const drawn = drawnClasses(boxes.length);
  const classes = await timed("clean up", () => r231Postprocess(drawn, [boxes.length, R231_SIZE, R231_SIZE]));
  const lungs = await timed("masks back to the slices", () => r231Paint(classes, boxes, resampled.shape));
  const { shape } = await timed("select, crop and resize", () => cutOut(resampled, lungs));
  return {
    name: `${engine.description}, 1 slice at a time`,
    shape: resampled.shape,
    kept: shape[0]!,
    voxels: lungs.reduce((sum, voxel) => sum + voxel, 0),
    stages,
    peakMegabytes: await peakMegabytes(),
  };
}

/** Uniform weights at He's scale, norms that leave things as they are. */
function randomParameters(): UNet<HostTensor> {
  const random = createRandom(1, "bench R231");
  return mapTree(uNetSpec(r231Shape) as unknown as Tree<TensorSpec>, isSpec, ({ shape }, path) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    const isScale = shape.length === 1 && /weight$|running_var$/.test(path);
    const bound = shape.length > 1 ? Math.sqrt(6 * shape[0]! / size) : 0;
    return hostTensor(Float32Array.from({ length: size }, () => isScale ? 1 : random.between(-bound, bound)), shape);
  }) as unknown as UNet<HostTensor>;
}

/** Two lungs in the middle three fifths of the slices, and 20 crumbs: [slices, 256, 256]. */
function drawnClasses(slices: number): Uint8Array {
  const classes = new Uint8Array(slices * R231_SIZE * R231_SIZE);
  for (let slice = 0, i = 0; slice < slices; slice++) {
    const z = (slice - slices / 2) / (0.3 * slices);
    for (let row = 0; row < R231_SIZE; row++) {
      const y = (row - 128) / 70;
      for (let column = 0; column < R231_SIZE; column++, i++) {
        if (z ** 2 + y ** 2 + ((column - 80) / 40) ** 2 < 1) classes[i] = 1;
        if (z ** 2 + y ** 2 + ((column - 176) / 40) ** 2 < 1) classes[i] = 2;
      }
    }
  }
  for (let k = 0; k < 20; k++) {
    for (let row = 0; row < 3; row++) {
      const start = ((k * 37 % slices) * R231_SIZE + k * 89 % 250 + row) * R231_SIZE + k * 151 % 250;
      classes.fill(1 + k % 2, start, start + 3);
    }
  }
  return classes;
}

if (import.meta.main) {
  const [path, threads] = Deno.args as [string, string];
  const result = await lungStages(path, Number(threads)).catch(({ message }: Error) => ({ error: message }));
  console.log(JSON.stringify(result));
  Deno.exit(0);
}
