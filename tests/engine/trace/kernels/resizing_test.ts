import { resizingKernels } from "@ctsurv/engine/_trace/kernels/resizing.ts";
import { tf } from "@ctsurv/engine/mod.ts";
import { integers, normal } from "../../agreement.ts";
import { agree, agreeForward, testKernels } from "./test_kernels.ts";

type Resize = typeof tf.image.resizeBilinear;
const sizes: [number, number][] = [[5, 3], [8, 9], [2, 2], [1, 1], [3, 7]];
const images = [normal(3, 5, 3, 2), normal(1, 4, 6, 1)];
const samplings = { corners: [true, false], edges: [false, false], centres: [false, true] } as const;

/** Every size and sampling. tfjs's gradients are not to be relied on, but resizing is linear: its adjoint is. */
function resizing(resize: Resize) {
  return sizes.flatMap((size) =>
    Object.entries(samplings).flatMap(([sampling, options]) => {
      const fn = (x: tf.Tensor4D) => resize(x, size, ...options);
      Object.defineProperty(fn, "name", { value: `resize by ${sampling} to [${size}]` });
      return [
        ...images.map((x) => agree(fn, [x], { gradient: "adjoint" })),
        agreeForward(fn, [integers(0, 9, 2, 5, 4, 3)]),
      ];
    })
  );
}

testKernels(resizingKernels, [
  {
    kernels: [tf.ResizeBilinear, tf.ResizeBilinearGrad],
    cases: [
      ...resizing(tf.image.resizeBilinear),
      // Of images that are not square, tfjs's gradient has rows and columns exchanged; of centres it knows nothing.
      ...[true, false].map((corners) =>
        agree((x: tf.Tensor4D) => tf.image.resizeBilinear(x, [7, 3], corners), [normal(2, 5, 5, 3)])
      ),
    ],
  },
  {
    kernels: [tf.ResizeNearestNeighbor, tf.ResizeNearestNeighborGrad],
    cases: [
      ...resizing(tf.image.resizeNearestNeighbor),
      agree((x: tf.Tensor4D) => tf.image.resizeNearestNeighbor(x, [8, 12]), [normal(1, 4, 6, 1)]),
    ],
  },
]);
