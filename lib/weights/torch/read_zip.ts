import { byteCursor } from "../byte_cursor.ts";
import { type ByteSource, readBytes } from "../byte_source.ts";
import { itemSizes } from "../dtype.ts";
import type { Refuse } from "../refuse.ts";
import { checkCrc, type Storage, type StoredTensor } from "../stored_tensor.ts";
import { flattenStateDict } from "./flatten_state_dict.ts";
import { placeTensors } from "./place_tensors.ts";
import { stateDictRules } from "./state_dict_rules.ts";
import { unpickle } from "./unpickle.ts";
import { readZipDirectory, type ZipRecord } from "./zip_directory.ts";

/**
 * The tensors of a file by `torch.save`, PyTorch 1.6 or later: a zip archive of one folder with `data.pkl`, a state
 * dict as pickle, and one record `data/<key>` for each storage (torch/serialization.py, `_save`).
 */
export function readTorchZip(source: ByteSource, refuse: Refuse): ReadonlyMap<string, StoredTensor> {
  const records = readZipDirectory(source, refuse);
  const root = [...records.keys()][0]?.split("/")[0] ?? "";
  const record = (name: string) => records.get(`${root}/${name}`);
  if (record("constants.pkl")) {
    throw refuse("it is a TorchScript archive, with code. Save the weights alone: torch.save(model.state_dict(), …)");
  }
  const pickle = record("data.pkl");
  if (!pickle) throw refuse("the zip archive has no data.pkl, so PyTorch did not write it");
  const check = ({ start, bytes, crc }: ZipRecord, name: string) =>
    checkCrc(source, { start, bytes, bigEndian: false, ...(crc === undefined ? {} : { crc }) }, name, refuse);
  check(pickle, "data.pkl");
  const rules = stateDictRules(refuse);
  const cursor = byteCursor(source, pickle.start, pickle.start + pickle.bytes, refuse);
  const tensors = flattenStateDict(unpickle(cursor, rules, refuse), refuse);
  if (cursor.offset() !== pickle.start + pickle.bytes) throw refuse("data.pkl goes on behind its end");

  const order = record("byteorder");
  if (order) check(order, "byteorder");
  const bigEndian = isBigEndian(source, order, refuse);
  const storages = new Map<string, Storage>();
  for (const [key, { dtype, size }] of rules.storages) {
    const found = record(`data/${key}`);
    if (!found) throw refuse(`storage ${key} is missing`);
    if (found.bytes !== size * itemSizes[dtype]) {
      throw refuse(`storage ${key} is to hold ${size} numbers of ${dtype} and has ${found.bytes} bytes`);
    }
    storages.set(key, { ...found, bigEndian });
  }
  return placeTensors(tensors, storages, source.size, refuse);
}

/** Since PyTorch 2.1 a record says "little" or "big"; before, every file was little-endian. */
function isBigEndian(source: ByteSource, record: ZipRecord | undefined, refuse: Refuse): boolean {
  if (!record) return false;
  const order = new TextDecoder().decode(readBytes(source, record.start, Math.min(record.bytes, 8)));
  if (order !== "little" && order !== "big") throw refuse(`its byte order is ${JSON.stringify(order)}`);
  return order === "big";
}
