/** A patient who is left out of a cohort, and why. */
export interface Exclusion {
  /** PatientID. */
  readonly patient: string;
  /** Why, as a phrase for tables. */
  readonly reason: string;
}

/**
 * The seven patients of LUNG1 (NSCLC-Radiomics, 422 patients) that the paper's 415 leave out. The authors' code lists
 * them as having missing slices; the reasons here are those that users of the collection have published.
 */
export const LUNG1_EXCLUSIONS: readonly Exclusion[] = [
  { patient: "LUNG1-014", reason: "CT slices are missing" },
  { patient: "LUNG1-021", reason: "CT slices are missing" },
  { patient: "LUNG1-085", reason: "CT slices are missing" },
  { patient: "LUNG1-095", reason: "the first release had the CT in a wrong orientation" },
  { patient: "LUNG1-128", reason: "scanned after surgery: no tumour, no segmentation" },
  { patient: "LUNG1-194", reason: "CT and segmentation differ in shape" },
  { patient: "LUNG1-246", reason: "the first release had the CT in a wrong orientation" },
];
