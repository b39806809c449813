import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { createRandom, InputError, type Random } from "@ctsurv/base/mod.ts";
import { parsePredictions } from "@ctsurv/cli/evaluation/read_predictions.ts";
import { decodeTable } from "@ctsurv/cohort/table/_decode_table.ts";
import { type Csv, parseClinical, parseCsv } from "@ctsurv/cohort/table/mod.ts";
import { cpuSeconds } from "../../support/cpu_seconds.ts";

/** Damaged tables per run; a longer run is `CTSURV_FUZZ=1000000 deno test -A tests/cohort/table/fuzz_test.ts`. */
const count = Number(Deno.env.get("CTSURV_FUZZ") ?? 3_000);
/** What reading a table of any content may take: seconds, and cells for each character. */
const longest = 1;

const encode = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => new Uint8Array(Uint16Array.from(text, (sign) => sign.charCodeAt(0)).buffer);
const latin1 = (text: string) => Uint8Array.from(text, (sign) => sign.charCodeAt(0));

/** Tables of every kind that is read; those of predictions begin with "patient". */
function goodTables(): readonly Uint8Array<ArrayBuffer>[] {
  const random = createRandom(1, "tables");
  const predictions = ["patient,fold,months,event,S6,S12,S24"].concat(
    Array.from({ length: 12 }, (_, i) => {
      const [a, b, c] = [random.uniform(), random.uniform(), random.uniform()].sort().reverse();
      return [`M\xfcller-${i}`, i % 3, random.between(0, 60), i % 2, a, b, c].join(",");
    }),
  ).join("\n") + "\n";
  const clinical = [
    'PatientID,age,"Overall.Stage",Histology,gender,Survival.time,deadstatus.event',
    ...Array.from(
      { length: 8 },
      (_, i) => `P-${i},${50 + i}.5,IIIa,"large, or ""nos""",male,${random.integer(1, 2000)},1`,
    ),
  ].join("\r\n");
  const named = predictions.trim().split("\n").map((line, i) => i === 0 ? line : `"${i}",${line}`).join("\n");
  return [
    encode(predictions),
    encode(clinical),
    encode("\ufeffsep=;\n" + predictions.replaceAll(",", ";").replaceAll(".", ",")),
    encode("# a comment\n" + clinical + "\n,,,,,,\n"),
    encode(named),
    encode(clinical.replaceAll("\r\n", ",,,\r\n")),
    utf16("\ufeff" + predictions.replaceAll(",", "\t")),
    latin1(predictions),
    new Uint8Array(gzipSync(encode(clinical))),
  ];
}

/** Ways to damage a table; each gives a new one. */
type Damage = (table: Uint8Array<ArrayBuffer>, random: Random, other: Uint8Array) => Uint8Array<ArrayBuffer>;

const place = (table: Uint8Array, random: Random) => random.integer(0, table.length - 1);
const special = [...",;\t|\"'\\#=\r\n\0 <{[-+.eE\xff\xfe\xfc\xe4"].map((sign) => sign.charCodeAt(0));

const damages: readonly Damage[] = [
  function flipBits(table, random) {
    for (let flips = random.integer(1, 8); flips > 0; flips--) {
      table[place(table, random)]! ^= 1 << random.integer(0, 7);
    }
    return table;
  },
  function setSpecial(table, random) {
    for (let signs = random.integer(1, 6); signs > 0; signs--) {
      table[place(table, random)] = special[random.integer(0, special.length - 1)]!;
    }
    return table;
  },
  function truncate(table, random) {
    return table.slice(0, random.integer(0, table.length));
  },
  function splice(table, random, other) {
    const from = place(other, random);
    const piece = other.subarray(from, from + random.integer(1, 200));
    const at = place(table, random);
    const end = random.uniform() < 0.5 ? at : at + piece.length;
    return Uint8Array.from([...table.subarray(0, at), ...piece, ...table.subarray(end)]);
  },
  function repeat(table, random) {
    const from = place(table, random);
    const piece = table.subarray(from, from + random.integer(1, 20));
    const parts = Array.from({ length: random.integer(1, 500) }, () => [...piece]).flat();
    return Uint8Array.from([...table.subarray(0, from), ...parts, ...table.subarray(from)]);
  },
  function writeExtremeNumber(table, random) {
    const number = ["1e999", "-0", "9".repeat(400), "NaN", "0x1f", "1,5", "1e-400", "٣"][random.integer(0, 7)]!;
    const at = place(table, random);
    return Uint8Array.from([...table.subarray(0, at), ...encode(number), ...table.subarray(at)]);
  },
];

/** The cells of a table that can be read, and what is read of them; undefined if it is refused. */
async function readTable(table: Uint8Array<ArrayBuffer>): Promise<{ text: string; csv: Csv } | undefined> {
  const started = cpuSeconds();
  let read: { text: string; csv: Csv } | undefined;
  try {
    const { text } = await decodeTable(table, "damaged.csv");
    read = { text, csv: parseCsv(text, "damaged.csv") };
    parseClinical(text, "damaged.csv");
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  try {
    if (read) parsePredictions({ ...read.csv, notes: [] });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  const took = cpuSeconds() - started;
  assert(took < longest, `took ${took} s`);
  return read;
}

Deno.test(`a damaged table is read or refused, quickly and in little memory (${count} tables)`, async () => {
  const tables = goodTables();
  const random = createRandom(1, "damaged tables");
  let readable = 0;
  for (let n = 0; n < count; n++) {
    const pick = () => tables[random.integer(0, tables.length - 1)]!;
    const table = damages[n % damages.length]!(pick().slice(), random, pick());
    try {
      const read = await readTable(table);
      if (!read) continue;
      readable++;
      const { text, csv: { header, rows } } = read;
      assert(rows.length * header.length <= text.length + header.length, "more cells than characters");
      assert(rows.every(({ cells }) => cells.length === header.length), "a row of another length");
    } catch (error) {
      console.error(`table ${n} (${damages[n % damages.length]!.name}): ${table.toBase64()}`);
      throw error;
    }
  }
  // Both happen, or the damage is of no use.
  assert(readable > 0.2 * count && readable < 0.9 * count, `${readable} of ${count} were read`);
});

Deno.test("a good table of each kind is read, so that damage is all that the fuzzing sees", async () => {
  for (const table of goodTables()) assert(await readTable(table));
});

Deno.test("a table of odd make is read or refused within two seconds", () => {
  const many = (text: string, times: number) => text.repeat(times);
  const texts = [
    many(",", 1e6),
    many('"', 1e6),
    many('"\n', 5e5),
    many("#\n", 3e5) + "a,b\n1,2\n",
    many("\n", 1e6),
    "a,b\n" + many("1,2\n", 2e5),
    'a,b\n"' + many("1,2\n", 2e5),
    many("a,", 1e5) + "z\n" + many("1,", 1e5) + "2\n",
    "a b\n" + many(" ", 1e6),
    many("<", 1e6),
    many("[", 1e5),
    many("sep=,\n", 1e5) + "a,b\n1,2",
  ];
  const seconds = [];
  for (const text of texts) {
    const started = cpuSeconds();
    try {
      parseCsv(text, "odd.csv");
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
    seconds.push(cpuSeconds() - started);
  }
  assertEquals(seconds.filter((took) => took > 2), []);
});
