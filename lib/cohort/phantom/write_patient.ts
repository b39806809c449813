import { join } from "node:path";
import { writeDicomSeries, writeNifti } from "@ctsurv/imaging/mod.ts";
import { drawPatient, type PhantomPatient } from "./draw_patient.ts";
import type { PhantomSpec } from "./phantom_spec.ts";
import { renderPhantom } from "./render_phantom.ts";
import { reverseAxes } from "./reverse_axes.ts";

/** As dcm2niix writes, three times in six; the others are what registration and labelling tools leave behind. */
const orientations = ["LAS", "RAS", "LAS", "LAS", "LPS", "RAI"] as const;

/**
 * Renders a patient and writes image and truth into a cohort's folder. The truth comes last: where it is, the image is
 * whole.
 *
 * Patients 3, 6, 19, 22, … are DICOM series in the dialect of their scanner, so that six patients are enough to have both
 * of LUNG1's; all others are NIfTI files, those from a Siemens stored as dcm2niix does it, raised by 1024.
 */
export async function writePatient(dir: string, spec: PhantomSpec, seed: number, number: number): Promise<void> {
  const patient = drawPatient(spec, seed, number);
  const { hu, labels, shape, affine } = renderPhantom(spec, seed, patient);
  const id = patient.record.patient;
  const isDicom = number % 16 === 3 || number % 16 === 6;
  const orientation = isDicom ? "LPS" : orientations[number % orientations.length]!;
  if (isDicom) {
    await writeDicom(join(dir, "images", id), patient, { hu, shape, affine });
  } else {
    const intercept = patient.scanner.dialect === "siemens" ? -1024 : 0;
    const image = reverseAxes({ data: hu.map((value) => value - intercept), shape, affine }, orientation);
    await writeNifti(join(dir, "images", `${id}.nii.gz`), image, { intercept });
  }
  await writeNifti(join(dir, "truth", `${id}.nii.gz`), reverseAxes({ data: labels, shape, affine }, orientation));
}

async function writeDicom(
  folder: string,
  { record, scanner }: PhantomPatient,
  content: Parameters<typeof writeDicomSeries>[1],
): Promise<void> {
  // What an interrupted run left.
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await writeDicomSeries(folder, content, {
    dialect: scanner.dialect,
    patientId: record.patient,
    sex: record.gender === "female" ? "F" : "M",
    description: "ctsurv phantom",
  });
}
