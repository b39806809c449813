import { findBackbone } from "@ctsurv/nn/mod.ts";
import { measureCost } from "@ctsurv/features/mod.ts";

/**
 * `deno run -A bench/memory_of_volumes.ts [ENGINE] [SLICES ...]`: time and memory of ResNet3D-18 on volumes of 224 x 224,
 * each in a process of its own. The memory is the peak of four runs above what the process had before the network.
 */

const [engine = "onnx", ...asked] = Deno.args;
const sizes = asked.length > 0 ? asked.map(Number) : [24, 70, 144];
const { name, title, size } = findBackbone("r3d_18");
for (const slices of sizes) {
  const cost = await measureCost({ model: name, kind: "volume", slices, size, engine });
  const seconds = (cost.milliseconds / 1000).toFixed(1);
  console.log(
    `${title}, ${slices} x ${size} x ${size}, ${cost.engine}: ${seconds} s, ${(cost.peakMemory / 1e9).toFixed(2)} GB`,
  );
}
