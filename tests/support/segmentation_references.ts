import { gunzipSync } from "node:zlib";

/** SEG and RTSTRUCT files that pydicom and highdicom wrote, see tests/oracles/segmentation_references.py. */
export const segmentationReferences = await read();

async function read() {
  const url = new URL("../fixtures/segmentation_references.json", import.meta.url);
  const { patient, ct, files } = JSON.parse(await Deno.readTextFile(url)) as {
    readonly patient: string;
    readonly ct: string;
    readonly files: Readonly<Record<string, string>>;
  };
  const unpacked = Object.entries(files).map(([name, text]) =>
    [name, new Uint8Array(gunzipSync(Uint8Array.fromBase64(text)))] as const
  );
  return { patient, ct, files: Object.fromEntries(unpacked) };
}
