/** What the reading of a scan noticed, as sentences for people. */
export interface Remarks {
  /** Everything. */
  readonly warnings: string[];
  /** Those of the warnings that question voxels or geometry, so that quality control flags the scan. */
  readonly doubts: string[];
}

/** No remarks yet. */
export function noRemarks(): Remarks {
  return { warnings: [], doubts: [] };
}

/** A warning that questions voxels or geometry. */
export function doubt({ warnings, doubts }: Remarks, remark: string): void {
  warnings.push(remark);
  doubts.push(remark);
}
