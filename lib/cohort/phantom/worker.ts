import { InputError } from "@ctsurv/common/mod.ts";
import type { PhantomSpec } from "./phantom_spec.ts";
import { writePatient } from "./write_patient.ts";

/** What `writePatients` sends: one patient to write. */
export interface PatientOrder {
  readonly dir: string;
  readonly spec: PhantomSpec;
  readonly seed: number;
  readonly number: number;
}

/** What comes back: which patient is written, or why not. */
export interface PatientReply {
  readonly number: number;
  readonly error?: string;
  /** Whether the error is an `InputError`, and its message all that there is to say. */
  readonly isInput?: boolean;
}

const scope = self as unknown as {
  onmessage: (event: MessageEvent<PatientOrder>) => void;
  postMessage(reply: PatientReply): void;
};

scope.onmessage = async ({ data: { dir, spec, seed, number } }) => {
  try {
    await writePatient(dir, spec, seed, number);
    scope.postMessage({ number });
  } catch (error) {
    const { message, stack = message } = error as Error;
    const isInput = error instanceof InputError;
    scope.postMessage({ number, error: isInput ? message : stack, isInput });
  }
};
