import { serveOrders } from "@ctsurv/common/mod.ts";
import type { PhantomSpec } from "./phantom_spec.ts";
import { writePatient } from "./write_patient.ts";

/** What `writePatients` sends: one patient to write. */
export interface PatientOrder {
  readonly dir: string;
  readonly spec: PhantomSpec;
  readonly seed: number;
  readonly number: number;
}

serveOrders(({ dir, spec, seed, number }: PatientOrder) => writePatient(dir, spec, seed, number));
