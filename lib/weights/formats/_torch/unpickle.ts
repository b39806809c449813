import type { ByteCursor, Refuse } from "../_bytes.ts";
import { isPickled, type Pickled, type PickledDict, type PickledGlobal } from "./state_dict.ts";

/** The names that a pickle may use, and the values that stand for them. */
export interface PickleRules {
  /** The token for a Python name, or a refusal. */
  global(module: string, name: string): PickledGlobal;
  /** The value that stands for something outside of the pickle. */
  persistent(id: Pickled): Pickled;
  /** The value that stands for the result of a call. Nothing is called. */
  call(callee: PickledGlobal, args: readonly Pickled[]): Pickled;
}

/** Operations of a pickle. The state dict of a network with 1,000 parameters has about 31,000. */
const MOST_OPERATIONS = 200_000;
/** Bytes of a Python name; none on the allow-list is longer. */
const LONGEST_NAME = 100;

interface Machine {
  readonly cursor: ByteCursor;
  readonly rules: PickleRules;
  readonly refuse: Refuse;
  readonly stack: Pickled[];
  /** Heights of the stack where a MARK was set. */
  readonly marks: number[];
  readonly memo: Map<number, Pickled>;
}

/**
 * Reads one pickle (protocol 2) and leaves the cursor after it. It knows only the opcodes that PyTorch writes for a state
 * dict. It runs nothing: Python names are tokens, and calls follow the rules.
 *
 * @throws {InputError} For any other opcode or name, and for a pickle that does not make sense.
 */
export function unpickle(cursor: ByteCursor, rules: PickleRules, refuse: Refuse): Pickled {
  const machine: Machine = { cursor, rules, refuse, stack: [], marks: [], memo: new Map() };
  for (let count = 0; count < MOST_OPERATIONS; count++) {
    const opcode = cursor.byte();
    if (opcode === stop) {
      if (machine.stack.length !== 1 || machine.marks.length > 0) throw refuse("its pickle ends with values left over");
      return machine.stack[0]!;
    }
    const operation = OPERATIONS.get(opcode);
    if (!operation) throw refuse(`its pickle has the opcode 0x${opcode.toString(16)}, which no state dict needs`);
    operation(machine);
  }
  throw refuse(`its pickle has more than ${MOST_OPERATIONS} operations`);
}

const stop = "../torch".charCodeAt(0);

const OPERATIONS: ReadonlyMap<number, (machine: Machine) => void> = new Map(
  Object.entries<(machine: Machine) => void>({
    "\x80": protocol,
    c: (m) => m.stack.push(m.rules.global(line(m), line(m))),
    q: (m) => remember(m, m.cursor.byte()),
    r: (m) => remember(m, uint32(m)),
    h: (m) => m.stack.push(recall(m, m.cursor.byte())),
    j: (m) => m.stack.push(recall(m, uint32(m))),
    "(": (m) => m.marks.push(m.stack.length),
    t: (m) => pushTuple(m, popToMark(m)),
    ")": (m) => pushTuple(m, []),
    "\x85": (m) => pushTuple(m, [pop(m)]),
    "\x86": (m) => pushTuple(m, popLast(m, 2)),
    "\x87": (m) => pushTuple(m, popLast(m, 3)),
    "}": (m) => m.stack.push({ kind: "dict", entries: new Map() }),
    "]": (m) => m.stack.push({ kind: "list", items: [] }),
    a: (m) => append(m, [pop(m)]),
    e: (m) => append(m, popToMark(m)),
    s: (m) => setItems(m, popLast(m, 2)),
    u: (m) => setItems(m, popToMark(m)),
    X: (m) => m.stack.push(text(m, uint32(m))),
    U: (m) => m.stack.push(text(m, m.cursor.byte())),
    J: (m) => m.stack.push(view(m, 4).getInt32(0, true)),
    K: (m) => m.stack.push(m.cursor.byte()),
    M: (m) => m.stack.push(view(m, 2).getUint16(0, true)),
    "\x8a": (m) => m.stack.push(long(m)),
    G: (m) => m.stack.push(view(m, 8).getFloat64(0)),
    N: (m) => m.stack.push(null),
    "\x88": (m) => m.stack.push(true),
    "\x89": (m) => m.stack.push(false),
    Q: (m) => m.stack.push(m.rules.persistent(pop(m))),
    R: call,
    b: build,
  }).map(([opcode, operation]) => [opcode.charCodeAt(0), operation]),
);

function protocol({ cursor, refuse }: Machine): void {
  const version = cursor.byte();
  if (version !== 2) throw refuse(`its pickle has protocol ${version}; save it with PyTorch's default, 2`);
}

const MISSING = "its pickle takes a value that is not there";

/** The `count` values on top, the last one last. */
function popLast({ stack, marks, refuse }: Machine, count: number): Pickled[] {
  if (stack.length - count < (marks.at(-1) ?? 0)) throw refuse(MISSING);
  return stack.splice(stack.length - count);
}

function popToMark({ stack, marks, refuse }: Machine): Pickled[] {
  const mark = marks.pop();
  if (mark === undefined) throw refuse("its pickle goes back to a mark that is not there");
  return stack.splice(mark);
}

/** The value on top, which stays there. */
function top({ stack, marks, refuse }: Machine): Pickled {
  if (stack.length <= (marks.at(-1) ?? 0)) throw refuse(MISSING);
  return stack.at(-1)!;
}

/** The value on top. */
function pop(machine: Machine): Pickled {
  const value = top(machine);
  machine.stack.pop();
  return value;
}

function remember(machine: Machine, place: number): void {
  machine.memo.set(place, top(machine));
}

function recall({ memo, refuse }: Machine, place: number): Pickled {
  const value = memo.get(place);
  if (value === undefined) throw refuse("its pickle recalls a value that is not there");
  return value;
}

function pushTuple({ stack }: Machine, items: readonly Pickled[]): void {
  stack.push({ kind: "tuple", items });
}

function append(machine: Machine, values: readonly Pickled[]): void {
  const list = top(machine);
  if (!isPickled(list, "list")) throw machine.refuse("its pickle appends to what is no list");
  for (const value of values) list.items.push(value);
}

function setItems(machine: Machine, values: readonly Pickled[]): void {
  const dict = top(machine);
  if (!isPickled(dict, "dict") || values.length % 2 !== 0) {
    throw machine.refuse("its pickle sets items of what is no dict");
  }
  for (let i = 0; i < values.length; i += 2) setItem(dict, values[i]!, values[i + 1]!, machine.refuse);
}

/** Sets an item of a dict. Its keys must be names or numbers, each of them once. */
export function setItem({ entries }: PickledDict, key: Pickled, value: Pickled, refuse: Refuse): void {
  if (typeof key !== "string" && typeof key !== "number") throw refuse("a dict has a key that is no name or number");
  if (entries.has(key)) throw refuse(`"${key}" stands there twice`);
  entries.set(key, value);
}

function call(machine: Machine): void {
  const args = pop(machine);
  const callee = pop(machine);
  if (!isPickled(callee, "global") || !isPickled(args, "tuple")) throw machine.refuse("its pickle calls no function");
  machine.stack.push(machine.rules.call(callee, args.items));
}

/** A state dict carries `_metadata`, versions of its modules, as an attribute. Attributes are dropped. */
function build(machine: Machine): void {
  const state = pop(machine);
  if (!isPickled(state, "dict") || !isPickled(top(machine), "dict")) {
    throw machine.refuse("its pickle gives attributes to what is no state dict");
  }
}

function view(machine: Machine, length: number): DataView {
  const bytes = machine.cursor.take(length);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

function uint32(machine: Machine): number {
  const bytes = machine.cursor.take(4);
  return (bytes[0]! | bytes[1]! << 8 | bytes[2]! << 16 | bytes[3]! << 24) >>> 0;
}

/** An integer of at most 16 bytes, little-endian, two's complement. */
function long(machine: Machine): number | bigint {
  const length = machine.cursor.byte();
  if (length > 16) throw machine.refuse(`its pickle has an integer of ${length} bytes`);
  const value = BigInt.asIntN(
    8 * length,
    machine.cursor.take(length).reduceRight((sum, byte) => sum << 8n | BigInt(byte), 0n),
  );
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function text({ cursor, refuse }: Machine, length: number): string {
  try {
    return utf8.decode(cursor.take(length));
  } catch (error) {
    throw error instanceof TypeError ? refuse("its pickle has a text that is not UTF-8") : error;
  }
}

function line({ cursor, refuse }: Machine): string {
  let name = "";
  for (let byte = cursor.byte(); byte !== 0x0a; byte = cursor.byte()) {
    name += String.fromCharCode(byte);
    if (name.length > LONGEST_NAME) throw refuse("its pickle names something far too long");
  }
  return name;
}
