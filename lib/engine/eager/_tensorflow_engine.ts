import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Engine } from "../engine.ts";
import { switchBackend, tf } from "../tf.ts";
import { eagerEngine } from "./eager_engine.ts";

/** TensorFlow's native packages, the one with GPU support first. */
const PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const;

/** One of TensorFlow's native packages that is installed with its binding. */
export interface TensorflowPackage {
  readonly name: typeof PACKAGES[number];
  readonly version: string;
  /** The path of the module to import. */
  readonly entry: string;
}

/**
 * The native packages whose compiled binding is there. The file is looked for before the package is imported: an import
 * without the binding throws, but leaves its kernels registered, and a second import then warns about each of them.
 */
export function findTensorflow(): TensorflowPackage[] {
  const require = createRequire(import.meta.url);
  return PACKAGES.flatMap((name) => {
    try {
      const manifest = require.resolve(`${name}/package.json`);
      // lib/napi-v<N>/tfjs_binding.node; N is the version of Node's native interface that it was built for.
      const lib = join(dirname(manifest), "lib");
      if (!readdirSync(lib).some((folder) => existsSync(join(lib, folder, "tfjs_binding.node")))) return [];
      const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
      return [{ name, version, entry: require.resolve(name) }];
    } catch {
      return [];
    }
  });
}

/**
 * TensorFlow's own kernels, op by op.
 *
 * @throws {Error} If the package's binding does not load.
 */
export async function tensorflowEngine({ name, version, entry }: TensorflowPackage): Promise<Engine> {
  const previous = tf.getBackend();
  // An absolute path, which needs no import map; a publisher of this library is warned that it cannot be analysed.
  await import(entry);
  // The import makes its backend tfjs's current one.
  switchBackend(previous);
  return eagerEngine({ name: "tensorflow", description: `${name} ${version}`, backend: "tensorflow" });
}
