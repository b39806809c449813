import { type PhantomPatient, type PhantomScan, type PhantomSpec, renderPhantom } from "@ctsurv/cohort/mod.ts";

/** A phantom's scan and its lungs. */
export interface LungPhantom {
  readonly scan: PhantomScan;
  /** 1 in the lungs with what is in them, 0 elsewhere; [slices, rows, columns]. */
  readonly lungs: Uint8Array;
}

const LUNG = 1;
const TUMOUR = 2;

/**
 * Renders a phantom patient and its lungs as a segmenter should find them: parenchyma, vessels, and as much of the tumour
 * as lies in what was lung before. The labels call the whole tumour tumour, also where it has grown into chest wall or
 * mediastinum, so the same patient is rendered once more without it. Pleural fluid, airways and mediastinum are no lung.
 */
export function renderLungPhantom(spec: PhantomSpec, seed: number, patient: PhantomPatient): LungPhantom {
  const scan = renderPhantom(spec, seed, patient);
  const healthy = renderPhantom(spec, seed, { ...patient, tumour: { ...patient.tumour, radius: 1e-6, volume: 0 } });
  const lungs = scan.labels.map((label, i) => label === LUNG || (label === TUMOUR && healthy.labels[i] !== 0) ? 1 : 0);
  return { scan, lungs };
}
