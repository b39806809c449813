import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** TensorFlow's native packages, the one with GPU support first. */
const PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const;

/** One of TensorFlow's native packages that is installed with its binding. */
export interface TensorflowPackage {
  /** Its name on npm. */
  readonly name: typeof PACKAGES[number];
  /** Its version, which is not that of TensorFlow. */
  readonly version: string;
  /** The path of the module to load. */
  readonly entry: string;
}

/**
 * The native packages whose compiled binding is there, in the `node_modules` of this project or of a folder above it. The
 * file is looked for before the package is loaded: without it loading throws, but leaves the package's kernels
 * registered, and a second load then warns about each of them.
 *
 * @param from The file or URL from which packages are looked for.
 */
export function findTensorflow(from: string | URL = import.meta.url): TensorflowPackage[] {
  return PACKAGES.flatMap((name) => {
    try {
      // Inside, as it takes no address of a server, from which a library may come.
      const require = createRequire(from);
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
