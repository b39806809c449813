import type { PrepareOptions } from "@ctsurv/engine/mod.ts";

/**
 * How heads are trained and applied: a step of few slices is too short to gain from more threads, and on one thread its
 * sums are rounded the same way on machines of any number of cores. Over some 1000 steps a last digit grows into hundredths
 * of Ctd.
 */
export const oneThread: PrepareOptions = { threads: 1 };
