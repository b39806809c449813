import { gunzip } from "node:zlib";
import { InputError } from "@ctsurv/base/mod.ts";
import { otherBinaryFormat } from "./_other_formats.ts";

/** The largest table that is read, unpacked: a million patients with a curve each have about half of it. */
export const MOST_TABLE_BYTES = 400e6;

/** The text of a table. */
export interface TableText {
  readonly text: string;
  /** What a reader should know of how it was read, as sentences for people; none for a table in UTF-8. */
  readonly notes: readonly string[];
}

/**
 * The text of a table in UTF-8, UTF-16 or Latin-1 (Windows-1252), also compressed by gzip. UTF-16 is known by its
 * byte-order mark or by its zeros. Latin-1 is known by nothing: bytes that are not UTF-8 are read as Latin-1 only if
 * they could not well be anything else, and with a note.
 *
 * @param file The file's name in messages.
 * @throws {InputError} If it is another format, damaged, too large, or in another encoding.
 */
export async function decodeTable(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<TableText> {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? await unpack(bytes, file) : bytes;
  const format = otherBinaryFormat(plain, file);
  if (format) throw new InputError(`${file} is ${format.name}, not a table in text; ${format.advice}`);
  const decoded = decode(plain, file);
  const zero = decoded.text.indexOf("\0");
  if (zero !== -1) {
    throw new InputError(`${file}, row ${lineAt(decoded.text, zero)}: a zero byte; this is not a table in text`);
  }
  const lost = decoded.text.indexOf("\ufffd");
  if (lost === -1) return decoded;
  const note =
    `${file}, row ${lineAt(decoded.text, lost)}: a replacement character (\ufffd): whoever saved the table ` +
    "lost a letter there. Export it again as CSV UTF-8";
  return { ...decoded, notes: [...decoded.notes, note] };
}

function unpack(bytes: Uint8Array, file: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) =>
    gunzip(bytes, { maxOutputLength: MOST_TABLE_BYTES }, (error, unpacked) => {
      // A copy: the buffer may be a part of a larger one.
      if (!error) return resolve(Uint8Array.from(unpacked));
      const isLarge = (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
      const reason = isLarge ? "more than any table has when unpacked" : "damaged, or not complete; get it again";
      reject(new InputError(`${file} is compressed by gzip, and ${reason}`));
    })
  );
}

function decode(bytes: Uint8Array<ArrayBuffer>, file: string): TableText {
  const mark = [...bytes.subarray(0, 4)];
  const begins = (...start: number[]) => start.every((byte, i) => mark[i] === byte);
  if (begins(0xff, 0xfe, 0, 0) || begins(0, 0, 0xfe, 0xff)) {
    throw new InputError(`${file} is text in UTF-32; save it as CSV UTF-8`);
  }
  const wide = begins(0xff, 0xfe) ? "utf-16le" : begins(0xfe, 0xff) ? "utf-16be" : wideByZeros(bytes);
  const text = decodeAs(wide ?? "utf-8", bytes);
  if (text !== undefined) return { text, notes: [] };
  if (wide) throw new InputError(`${file} is text in UTF-16, but damaged; save it as CSV UTF-8`);
  return decodeLatin1(bytes, file);
}

function decodeAs(encoding: string, bytes: Uint8Array<ArrayBuffer>): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return undefined;
  }
}

/** UTF-16 without its mark: every second byte of a table's beginning, mostly ASCII, is zero. */
function wideByZeros(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const start = bytes.subarray(0, 1024);
  if (start.length < 4) return undefined;
  const zeros = [0, 0];
  start.forEach((byte, i) => zeros[i % 2]! += Number(byte === 0));
  const [even, odd] = zeros.map((count) => count / (start.length / 2)) as [number, number];
  return odd > 0.5 && even < 0.1 ? "utf-16le" : even > 0.5 && odd < 0.1 ? "utf-16be" : undefined;
}

/** Letters of Latin-1. */
const LETTERS = /^[\xc0-\xd6\xd8-\xf6\xf8-\xff]+$/;
/** Signs of Windows-1252 that stand in tables between words: € … † ‡ ‰ ‘ ’ “ ” • – — ™ § ° ± µ and their like. */
const SIGN = /^[\x80\x85-\x87\x89\x91-\x97\x99\xa0\xa7\xab\xad\xb0-\xb5\xb7\xbb]$/;
/** Those that follow a letter: mm² and mm³, or end a word: Crohn’s, “early”. */
const AFTER_LETTER = /^([\xb2\xb3]|[\x92\x94](?![a-rt-z]))/i;

/**
 * Whether bytes beyond ASCII are Latin-1, and hardly anything else. Text of a Western language has single letters beyond
 * ASCII between others. Chinese, Japanese and Cyrillic have rows of such bytes. Mac Roman and DOS have most of their
 * umlauts where Windows-1252 has signs, and letters that hardly occur.
 */
function isLatin1(run: string, before: string, after: string): boolean {
  const isLetter = (sign: string) => /[a-z]/i.test(sign);
  if (LETTERS.test(run)) return run.length === 1 || run.length === 2 && (isLetter(before) || isLetter(after));
  return SIGN.test(run) && (!isLetter(before) || AFTER_LETTER.test(run + after));
}

function decodeLatin1(bytes: Uint8Array<ArrayBuffer>, file: string): TableText {
  // Byte by byte; TextDecoder's latin1 is Windows-1252.
  const signs = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  let line = 1;
  for (let from = 0, to = 1; from < bytes.length; from = to, to++) {
    if (bytes[from] === 0x0a) line++;
    if (bytes[from]! < 0x80) continue;
    while (bytes[to]! >= 0x80 && to - from < 4) to++;
    const run = Array.from(bytes.subarray(from, to), (byte) => signs[byte]).join("");
    const [before, after] = [from - 1, to].map((at) => signs[bytes[at] ?? 0x20]!) as [string, string];
    if (isLatin1(run, before, after)) continue;
    throw new InputError(
      `${file}, row ${line}: the byte 0x${
        bytes[from]!.toString(16)
      } is not text in UTF-8, and probably not in Latin-1 ` +
        "either. Save the table as CSV UTF-8, so that no letter is lost",
    );
  }
  const text = new TextDecoder("windows-1252").decode(bytes);
  const example = /[^\s,;|"]*[\x80-\uffff][^\s,;|"]*/.exec(text)![0];
  return {
    text,
    notes: [
      `${file} is not UTF-8 and was read as Latin-1 (Windows-1252), for example "${example}". ` +
      "If a letter is wrong, save the table as CSV UTF-8",
    ],
  };
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
