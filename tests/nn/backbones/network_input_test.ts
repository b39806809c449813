import { assertAlmostEquals, assertEquals } from "@std/assert";
import { hostTensor } from "@ctsurv/engine/mod.ts";
import { efficientNetB0, toNetworkInput } from "@ctsurv/nn/mod.ts";
import { engineUnderTest } from "../../support/engine_under_test.ts";
import { evaluate } from "../../engine/agreement.ts";

Deno.test("toNetworkInput() gives three channels with ImageNet's mean and deviation", async () => {
  // Air, and soft tissue at 400 HU and above, are 0 and 1.
  const slices = hostTensor([0, 0.485, 1, 0.25], [1, 2, 2]);
  const [input] = await evaluate(engineUnderTest, ([x]) => [toNetworkInput(x!, efficientNetB0)], [slices]);
  assertEquals([...input!.shape], [1, 2, 2, 3]);
  const expected = [
    [-2.117903930, -2.035714286, -1.804444444],
    [0, 0.129464286, 0.351111111],
    [2.248908297, 2.428571429, 2.64],
    [-1.026200873, -0.919642857, -0.693333333],
  ];
  expected.flat().forEach((value, i) => assertAlmostEquals(input!.data[i]!, value, 1e-6));
});
