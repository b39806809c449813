import { tf } from "../../tf.ts";
import type { KernelArguments, Repair } from "./repair_kernels.ts";

/** An attribute of an operation of TensorFlow, as the native packages hand it over. */
interface OperationAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number;
}

/** The part of the native packages' backend that runs one operation. */
interface NativeBackend {
  readonly binding: Readonly<Record<"TF_ATTR_BOOL" | "TF_ATTR_TYPE" | "TF_FLOAT", number>>;
  executeSingleOutput(name: string, attributes: readonly OperationAttribute[], inputs: readonly tf.Tensor[]): tf.Tensor;
}

/**
 * Runs a gradient of a resizing with both of its conventions. The packages' kernels leave `halfPixelCenters` out, so that
 * the gradient is that of another function.
 *
 * @param origin The second input, which says what the shape of the images was.
 */
function gradient(operation: string, origin: (images: tf.Tensor) => tf.Tensor): Repair {
  return ({ inputs, attrs, backend }: KernelArguments) => {
    const { binding, executeSingleOutput } = backend as unknown as NativeBackend;
    const { alignCorners, halfPixelCenters } = attrs as unknown as tf.ResizeBilinearAttrs;
    const attributes = [
      { name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
      { name: "align_corners", type: binding.TF_ATTR_BOOL, value: alignCorners },
      { name: "half_pixel_centers", type: binding.TF_ATTR_BOOL, value: halfPixelCenters },
    ];
    return tf.tidy(() =>
      executeSingleOutput.call(backend, operation, attributes, [
        inputs.dy as tf.Tensor,
        origin(inputs.images as tf.Tensor),
      ])
    );
  };
}

/** The gradients of bilinear and nearest-neighbour resizing of [batch, rows, columns, channels]. */
export const resizingGradients: Readonly<Record<string, Repair>> = {
  [tf.ResizeBilinearGrad]: gradient("ResizeBilinearGrad", (images) => images),
  [tf.ResizeNearestNeighborGrad]: gradient(
    "ResizeNearestNeighborGrad",
    ({ shape: [, rows, columns] }) => tf.tensor1d([rows!, columns!], "int32"),
  ),
};
