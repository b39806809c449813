import { crc32 } from "node:zlib";
import { sizeOf } from "@ctsurv/base/mod.ts";

/** A tensor of float32 numbers. */
export interface TorchTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What `torch.save` is given: tensors by name, in dicts of dicts, with numbers and texts beside them. */
export type TorchContent = TorchTensor | number | string | { readonly [name: string]: TorchContent };

/** A record of a zip archive; the checksum is that of its data unless another is given. */
export interface ZipEntry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly crc?: number;
}

/** A file as `torch.save` writes it since PyTorch 1.6. PyTorch 2.13 reads it (`torch.load`, also with weights_only). */
export function torchFile(content: TorchContent, root = "archive"): Uint8Array<ArrayBuffer> {
  return zipFile(torchRecords(content, root));
}

/** The records of such a file. */
export function torchRecords(content: TorchContent, root = "archive"): ZipEntry[] {
  const storages: Float32Array[] = [];
  const bytes: number[] = [0x80, 2];
  const put = (text: string) => bytes.push(...new TextEncoder().encode(text));
  const putNumber = (opcode: string, size: 4 | 8, write: (view: DataView) => void) => {
    const view = new DataView(new ArrayBuffer(size));
    write(view);
    put(opcode);
    bytes.push(...new Uint8Array(view.buffer));
  };
  const putInteger = (value: number) => putNumber("J", 4, (view) => view.setInt32(0, value, true));
  const putText = (text: string) => {
    const encoded = new TextEncoder().encode(text);
    putNumber("X", 4, (view) => view.setUint32(0, encoded.length, true));
    bytes.push(...encoded);
  };
  const putTuple = (values: readonly number[]) => {
    put("(");
    values.forEach(putInteger);
    put("t");
  };
  const visit = (value: TorchContent) => {
    if (typeof value === "string") putText(value);
    else if (typeof value === "number" && Number.isInteger(value)) putInteger(value);
    else if (typeof value === "number") putNumber("G", 8, (view) => view.setFloat64(0, value));
    else if (isTensor(value)) {
      put("ctorch._utils\n_rebuild_tensor_v2\n((");
      putText("storage");
      put("ctorch\nFloatStorage\n");
      putText(`${storages.length}`);
      putText("cpu");
      putInteger(value.data.length);
      put("tQ");
      putInteger(0);
      putTuple(value.shape);
      putTuple(value.shape.map((_, axis) => sizeOf(value.shape.slice(axis + 1))));
      bytes.push(0x89); // False: no gradient is kept
      put("ccollections\nOrderedDict\n)RtR");
      storages.push(value.data);
    } else {
      put("}(");
      for (const [name, child] of Object.entries(value)) {
        putText(name);
        visit(child);
      }
      put("u");
    }
  };
  visit(content);
  put(".");
  return [
    { name: `${root}/data.pkl`, data: Uint8Array.from(bytes) },
    { name: `${root}/byteorder`, data: new TextEncoder().encode("little") },
    ...storages.map((data, key) => ({
      name: `${root}/data/${key}`,
      data: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
    })),
    { name: `${root}/version`, data: new TextEncoder().encode("3\n") },
  ];
}

function isTensor(value: TorchContent): value is TorchTensor {
  return typeof value === "object" && value.data instanceof Float32Array;
}

/** A zip archive that compresses nothing. */
export function zipFile(entries: readonly ZipEntry[]): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [], directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, data, crc = crc32(data) } of entries) {
    const text = new TextEncoder().encode(name);
    const header = new DataView(new ArrayBuffer(46));
    header.setUint32(16, crc, true);
    for (const field of [20, 24]) header.setUint32(field, data.length, true);
    header.setUint16(28, text.length, true);
    header.setUint32(42, at, true);
    header.setUint32(0, 0x02014b50, true);
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x04034b50, true);
    local.setUint32(14, crc, true);
    for (const field of [18, 22]) local.setUint32(field, data.length, true);
    local.setUint16(26, text.length, true);
    directory.push(new Uint8Array(header.buffer), text);
    pieces.push(new Uint8Array(local.buffer), text, data);
    at += 30 + text.length + data.length;
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  for (const field of [8, 10]) end.setUint16(field, entries.length, true);
  end.setUint32(12, directory.reduce((sum, { length }) => sum + length, 0), true);
  end.setUint32(16, at, true);
  const all = [...pieces, ...directory, new Uint8Array(end.buffer)];
  const file = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let to = 0;
  for (const piece of all) {
    file.set(piece, to);
    to += piece.length;
  }
  return file;
}
