import type { DataFrame } from "danfojs-node";
import type { TableValue } from "./table.ts";

/**
 * Rows as a danfo.js data frame, for exploring in a notebook: `groupby`, `describe`, `query`, `sortValues`. Our own
 * tables do without it: it prints null as NaN, has no number formats, and takes over half a second to import (it brings
 * a second build of TensorFlow.js), so it is imported when first asked for.
 */
export async function toDataFrame(rows: readonly Readonly<Record<string, TableValue>>[]): Promise<DataFrame> {
  const { DataFrame } = await import("danfojs-node");
  return new DataFrame([...rows]);
}
