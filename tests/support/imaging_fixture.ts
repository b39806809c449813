import fixture from "../fixtures/imaging.json" with { type: "json" };

/** What SciPy, nibabel and pydicom made of small inputs; see tests/oracles/imaging.py. */
export const imagingFixture = fixture;

/** Base64 to bytes. */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
