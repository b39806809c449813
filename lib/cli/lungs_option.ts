import { lungMethods } from "@ctsurv/segmentation/mod.ts";
import type { CommandOption } from "./command.ts";

/** `--lungs`, of every command that preprocesses: an argument of `createLungSegmenter`. */
export const lungsOption: CommandOption = {
  describe: `how to find the lungs: ${lungMethods.join(", ")} (default: CTSURV_LUNGS, else unet)`,
  value: "NAME",
};
