import { dirname, join } from "node:path";
import { createRandom } from "@ctsurv/base/mod.ts";
import { ctSlice, type DicomAttributes, dicomBytes } from "../../support/dicom_bytes.ts";
import { segmentationReferences } from "../../support/segmentation_references.ts";

/** A DICOM file of a made-up download. */
export interface DownloadedFile {
  readonly patient: string;
  readonly study: string;
  readonly series: string;
  readonly modality: string;
  /** SOPInstanceUID. */
  readonly uid: string;
  /** 1, 2, … in its series. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Where a download tool puts a file. */
export type Layout = (file: DownloadedFile) => string;

const pad = (number: number, digits: number) => String(number).padStart(digits, "0");

/** How the tools in use lay out the same files. */
export const layouts: Readonly<Record<string, Layout>> = {
  "NBIA, classic": ({ patient, study, series, number }) =>
    `NSCLC-Radiomics/${patient}/${study}/${series}/1-${pad(number, 3)}.dcm`,
  "NBIA, descriptive": ({ patient, study, series, modality, number }) =>
    `NSCLC-Radiomics/${patient}/09-24-2006-StudyID-NA-${study.slice(-5)}/` +
    `${modality === "CT" ? "1" : "300"}.000000-${modality === "SEG" ? "Segmentation" : "NA"}-${series.slice(-5)}/` +
    `1-${number}.dcm`,
  "idc download": ({ patient, study, series, modality, uid }) =>
    `nsclc_radiomics/${patient}/${study}/${modality}_${series}/${uid.replaceAll(".", "-")}.dcm`,
  "tcia_utils": ({ series, number }) => `${series}/1-${pad(number, 3)}.dcm`,
};

/** Every file somewhere, under any name. */
export function scattered(seed: number): Layout {
  const random = createRandom(seed, "folders");
  return ({ uid }) => {
    const folders = Array.from({ length: random.integer(0, 3) }, () => `f${random.integer(0, 3)}`);
    return [...folders, `${random.integer(0, 1e9)}-${uid}${random.uniform() < 0.5 ? ".dcm" : ""}`].join("/");
  };
}

export interface SeriesToDownload {
  readonly slices: number;
  readonly attributes?: DicomAttributes;
  readonly syntax?: string;
}

/** The files of a CT series; slices lie 3 mm apart, and their pixels tell patient and slice. */
export function ctSeries(patient: string, series: string, options: SeriesToDownload): DownloadedFile[] {
  const { slices, attributes = {}, syntax } = options;
  const study = `${series.replace(/\.\d+$/, "")}.10001`;
  return Array.from({ length: slices }, (_, i) => {
    const uid = `${series}.${i + 1}`;
    const bytes = dicomBytes(
      ctSlice(3 * i, {
        "00080018": ["UI", uid],
        "00100020": ["LO", patient],
        "0020000d": ["UI", study],
        "0020000e": ["UI", series],
        ...attributes,
      }),
      syntax,
    );
    return { patient, study, series, modality: "CT", uid, number: i + 1, bytes };
  });
}

/** UIDs of the CT series of {@linkcode lung1Download}. */
export const series = {
  one: segmentationReferences.ct,
  two: "1.2.826.2.20002",
  three: "1.2.826.3.30003",
  other: "1.2.826.3.30004",
  four: "1.2.826.4.40005",
  scout: "1.2.826.4.40006",
  excluded: "1.2.826.14.14007",
  stranger: "1.2.826.99.99008",
} as const;

/**
 * Something of all that downloads of LUNG1 hold: a Siemens patient with SEG and RTSTRUCT and a localizer (001), one from
 * XiO (002), one with two scans (003), one with a scan and two slices more (004), one of the seven (014), and one who is
 * not in the table.
 */
export function lung1Download(): DownloadedFile[] {
  const xio = { "00080008": ["CS", "ORIGINAL\\SECONDARY\\AXIAL"], "00280103": ["US", 1] } as const;
  const implicit = "1.2.840.10008.1.2";
  const localizer = { "00080008": ["CS", "ORIGINAL\\PRIMARY\\LOCALIZER"] } as const;
  const outlines = (["SEG, explicit", "RTSTRUCT, implicit"] as const).map((name, i): DownloadedFile => ({
    patient: "LUNG1-001",
    study: "1.2.826.0.1.3680043.8.498.1",
    series: `1.2.826.0.1.3680043.8.498.${4 + i}`,
    modality: name.split(",")[0]!,
    uid: `1.2.826.0.1.3680043.8.498.${4 + i}.1`,
    number: 1,
    bytes: segmentationReferences.files[name]!,
  }));
  return [
    ...ctSeries("LUNG1-001", series.one, { slices: 12 }),
    ...ctSeries("LUNG1-001", "1.2.826.1.10009", { slices: 1, attributes: localizer }),
    ...outlines,
    ...ctSeries("LUNG1-002", series.two, { slices: 11, attributes: xio, syntax: implicit }),
    ...ctSeries("LUNG1-003", series.three, { slices: 12, attributes: { "0008103e": ["LO", "Thorax"] } }),
    ...ctSeries("LUNG1-003", series.other, { slices: 10 }),
    ...ctSeries("LUNG1-004", series.four, { slices: 10 }),
    ...ctSeries("LUNG1-004", series.scout, { slices: 2 }),
    ...ctSeries("LUNG1-014", series.excluded, { slices: 10 }),
    ...ctSeries("LUNG1-999", series.stranger, { slices: 10 }),
  ];
}

/** LUNG1's table, as far as {@linkcode lung1Download} goes and one patient (005) further. */
export const lung1Table = [
  "PatientID,age,clinical.T.Stage,Clinical.N.Stage,Clinical.M.Stage,Overall.Stage,Histology,gender,Survival.time,deadstatus.event",
  "LUNG1-001,78.7515,2,3,0,IIIb,large cell,male,2165,1",
  "LUNG1-002,83.8001,5,0,0,I,squamous cell carcinoma,male,155,1",
  "LUNG1-003,68.1807,2,4,0,IIIb,large cell,male,256,1",
  "LUNG1-004,70.8802,2,1,3,II,squamous cell carcinoma,male,141,1",
  "LUNG1-005,80.4819,4,2,0,NA,squamous cell carcinoma,male,353,1",
  "LUNG1-014,NA,1,0,0,I,NA,female,353,0",
].join("\r\n");

/** Writes files into a folder. */
export async function lay(dir: string, files: readonly DownloadedFile[], layout: Layout): Promise<void> {
  for (const file of files) await put(join(dir, layout(file)), file.bytes);
}

/** Writes a file and the folders above it. */
export async function put(path: string, content: Uint8Array | string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  if (typeof content === "string") await Deno.writeTextFile(path, content);
  else await Deno.writeFile(path, content);
}
