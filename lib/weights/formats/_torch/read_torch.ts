import { byteCursor, type ByteSource, readBytes, type Refuse } from "../_bytes.ts";
import { checkCrc, itemSizes, type Storage, type StoredContent } from "../stored_tensor.ts";
import { flattenStateDict, isPickled, type Pickled, placeTensors, stateDictRules } from "./state_dict.ts";
import { unpickle } from "./unpickle.ts";
import { readZipDirectory, type ZipRecord } from "./zip_directory.ts";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;

/**
 * The tensors of a file by `torch.save` before PyTorch 1.6, such as vgg16-397923af.pth. It has five pickles: a magic
 * number, the version, the system, the state dict, and the keys of its storages. Then comes each storage, after the count
 * of its numbers (torch/serialization.py, `_legacy_save`).
 */
export function readTorchLegacy(source: ByteSource, refuse: Refuse): StoredContent {
  const cursor = byteCursor(source, 0, source.size, refuse);
  const rules = stateDictRules(refuse);
  const next = () => unpickle(cursor, rules, refuse);
  if (next() !== MAGIC) {
    throw refuse(
      "it is a pickle without PyTorch's magic number, as pickle.dump or joblib write it. Save the weights with " +
        'PyTorch: torch.save(NETWORK.state_dict(), "weights.pth")',
    );
  }
  if (next() !== VERSION) throw refuse(`its version is not ${VERSION}`);
  requireLittleEndian(next(), refuse);
  const tensors = flattenStateDict(next(), refuse);
  const keys = storageKeys(next(), refuse);
  if (keys.length !== rules.storages.size) throw refuse("it lists storages that no tensor uses, or leaves some out");

  const storages = new Map<string, Storage>();
  let at = cursor.offset();
  for (const key of keys) {
    const named = rules.storages.get(key);
    if (!named || storages.has(key)) throw refuse(`it lists storage ${JSON.stringify(key)} wrongly`);
    const bytes = named.size * itemSizes[named.dtype];
    if (at + 8 + bytes > source.size) throw refuse("it breaks off in the numbers: it was cut; download it again");
    const count = byteCursor(source, at, at + 8, refuse).take(8);
    if (new DataView(count.buffer, count.byteOffset).getBigInt64(0, true) !== BigInt(named.size)) {
      throw refuse(`storage ${key} is to hold ${named.size} numbers and says otherwise`);
    }
    storages.set(key, { start: at + 8, bytes, bigEndian: false });
    at += 8 + bytes;
  }
  if (at !== source.size) throw refuse(`${source.size - at} bytes stand behind the last storage`);
  return { tensors: placeTensors(tensors, storages, source.size, refuse), records: new Map() };
}

/**
 * The byte order of a file from a big-endian machine is unknown: early versions of PyTorch wrote the order of the machine,
 * later ones little-endian.
 */
function requireLittleEndian(system: Pickled, refuse: Refuse): void {
  const isLittle = isPickled(system, "dict") ? system.entries.get("little_endian") : undefined;
  if (isLittle !== true) {
    throw refuse("a big-endian machine wrote it, in an order that the file does not tell; save it again");
  }
}

function storageKeys(list: Pickled, refuse: Refuse): readonly string[] {
  const keys = isPickled(list, "list") ? list.items : [null];
  if (!keys.every((key) => typeof key === "string")) throw refuse("it has no list of its storages");
  return keys;
}

/**
 * The tensors of a file by `torch.save` of PyTorch 1.6 or later. It is a zip archive of one folder, with the state dict as
 * a pickle, `data.pkl`, and one record `data/<key>` for each storage (torch/serialization.py, `_save`).
 */
export function readTorchZip(source: ByteSource, refuse: Refuse): StoredContent {
  const directory = readZipDirectory(source, refuse, (names) => refuseForeignZip(names, refuse));
  const root = [...directory.keys()][0]!.split("/")[0]!;
  const record = (name: string) => directory.get(`${root}/${name}`);
  const pickle = record("data.pkl")!;
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
  const records = new Map([...directory].map(([name, place]) => [name, { ...place, bigEndian: false }]));
  return { tensors: placeTensors(tensors, storages, source.size, refuse), records };
}

/** Refuses an archive that holds something else than one state dict, by what its records are called. */
function refuseForeignZip(names: readonly string[], refuse: Refuse): void {
  const endsIn = (...ends: readonly string[]) => names.some((name) => ends.some((end) => name.endsWith(end)));
  if (endsIn("/constants.pkl", "/bytecode.pkl") || names.some((name) => /^[^/]+\/code\//.test(name))) {
    throw refuse("it is a TorchScript archive, with code. Save the weights alone: torch.save(model.state_dict(), …)");
  }
  if (endsIn("/archive_format") || names.some((name) => /^[^/]+\/models\/[^/]+\.json$/.test(name))) {
    throw refuse("it is an exported program (torch.export). Save the weights alone: torch.save(model.state_dict(), …)");
  }
  if (!endsIn("/data.pkl")) {
    const shown = names.slice(0, 3).map((name) => JSON.stringify(name)).join(", ") || "nothing";
    const what = endsIn(".npy") ? "NumPy's (.npz)" : "not one of PyTorch's, which have a data.pkl";
    throw refuse(
      `it is a zip archive, but ${what}: it holds ${shown}${names.length > 3 ? ", …" : ""}. If these are scans, or a ` +
        "file of weights that was packed, unpack the archive first",
    );
  }
  const roots = [...new Set(names.map((name) => name.split("/")[0]!))];
  if (roots.length > 1) {
    throw refuse(
      `it is a zip archive of ${roots.length} folders (${
        roots.slice(0, 3).join(", ")
      }), and PyTorch writes one: which ` +
        "of them holds the weights is not known. Save the weights again with torch.save, or take the original file",
    );
  }
}

/** Since PyTorch 2.1 a record says "little" or "big". Before that, every file was little-endian. */
function isBigEndian(source: ByteSource, record: ZipRecord | undefined, refuse: Refuse): boolean {
  if (!record) return false;
  const order = new TextDecoder().decode(readBytes(source, record.start, Math.min(record.bytes, 8)));
  if (order !== "little" && order !== "big") throw refuse(`its byte order is ${JSON.stringify(order)}`);
  return order === "big";
}
