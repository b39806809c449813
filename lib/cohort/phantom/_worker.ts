import { serveOrders } from "@ctsurv/base/mod.ts";
import type { PhantomSpec } from "./phantoms.ts";
import { writePatient } from "./write_patients.ts";

/** What `writePatients` sends: one patient to write. */
export interface PatientOrder {
  readonly dir: string;
  readonly spec: PhantomSpec;
  readonly seed: number;
  readonly number: number;
}

serveOrders(({ dir, spec, seed, number }: PatientOrder) => writePatient(dir, spec, seed, number));
