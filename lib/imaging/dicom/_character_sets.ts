/** Decoders of text without escape sequences, by the defined term of SpecificCharacterSet (PS3.3 C.12.1.1.2). */
const single: Readonly<Record<string, string>> = {
  "ISO_IR 100": "iso-8859-1",
  "ISO_IR 101": "iso-8859-2",
  "ISO_IR 109": "iso-8859-3",
  "ISO_IR 110": "iso-8859-4",
  "ISO_IR 144": "iso-8859-5",
  "ISO_IR 127": "iso-8859-6",
  "ISO_IR 126": "iso-8859-7",
  "ISO_IR 138": "iso-8859-8",
  "ISO_IR 148": "iso-8859-9",
  "ISO_IR 203": "iso-8859-15",
  "ISO_IR 13": "shift_jis",
  "ISO_IR 166": "windows-874",
  "ISO_IR 192": "utf-8",
  "ISO_IR 149": "euc-kr",
  "ISO_IR 58": "gbk",
  GB18030: "gb18030",
  GBK: "gbk",
};

const ESCAPE = 0x1b;

/** What escape sequences (ISO 2022) switch to: the decoder, and what it needs before it. */
const escapes: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  "(B": decodeWith("windows-1252"),
  "(J": decodeWith("shift_jis"),
  ")I": decodeWith("shift_jis"),
  "-A": decodeWith("iso-8859-1"),
  "-B": decodeWith("iso-8859-2"),
  "-C": decodeWith("iso-8859-3"),
  "-D": decodeWith("iso-8859-4"),
  "-L": decodeWith("iso-8859-5"),
  "-G": decodeWith("iso-8859-6"),
  "-F": decodeWith("iso-8859-7"),
  "-H": decodeWith("iso-8859-8"),
  "-M": decodeWith("iso-8859-9"),
  "-b": decodeWith("iso-8859-15"),
  "-T": decodeWith("windows-874"),
  "$@": twoBytes("euc-jp"),
  "$B": twoBytes("euc-jp"),
  "$(D": twoBytes("euc-jp", 0x8f),
  "$)C": decodeWith("euc-kr"),
  "$)A": decodeWith("gbk"),
};

function decodeWith(label: string): (bytes: Uint8Array) => string {
  return (bytes) => new TextDecoder(label).decode(bytes);
}

/** A set of two bytes of 7 bits, decoded as its form in EUC: the same bytes with the eighth bit. */
function twoBytes(label: string, before?: number): (bytes: Uint8Array) => string {
  return (bytes) => {
    const moved: number[] = [];
    for (let i = 0; i < bytes.length; i++) {
      const isText = bytes[i]! > 0x20 && bytes[i]! < 0x7f && i + 1 < bytes.length;
      if (!isText) moved.push(bytes[i]!);
      else moved.push(...before === undefined ? [] : [before], bytes[i]! | 0x80, bytes[++i]! | 0x80);
    }
    return new TextDecoder(label).decode(Uint8Array.from(moved));
  };
}

/**
 * Text of a file in its character set.
 *
 * @param characterSet The values of SpecificCharacterSet (0008,0005), such as ["", "ISO 2022 IR 149"]. With escape
 *   sequences the first is what text begins with.
 */
export function decodeText(bytes: Uint8Array, characterSet: readonly string[]): string {
  const initial = decoderOf(characterSet[0] ?? "");
  if (!bytes.includes(ESCAPE)) return initial(bytes);
  let text = "";
  let decode = initial;
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== ESCAPE) continue;
    text += decode(bytes.subarray(start, at));
    const [sequence, after] = readEscape(bytes, at + 1);
    decode = escapes[sequence] ?? initial;
    start = after;
    at = Math.max(at, after - 1);
  }
  return text;
}

function readEscape(bytes: Uint8Array, at: number): readonly [sequence: string, after: number] {
  // Two or three bytes: intermediate ones (20 to 2F, and $), and a final one.
  let end = at;
  while (end < bytes.length && end < at + 2 && bytes[end]! >= 0x20 && bytes[end]! <= 0x2f) end++;
  return [String.fromCharCode(...bytes.subarray(at, end + 1)), Math.min(end + 1, bytes.length)];
}

/** Terms are written with spaces, underscores and hyphens in place of each other. */
function decoderOf(term: string): (bytes: Uint8Array) => string {
  const name = term.toUpperCase().replaceAll(/[ _-]+/g, " ").trim();
  const label = Object.entries(single).find(([known]) =>
    known.replace("_", " ") === name || known.replace("ISO_IR", "ISO 2022 IR") === name
  )?.[1];
  if (label !== undefined) return decodeWith(label);
  return guess;
}

/** Text in no known set: UTF-8 if it is that, which many write without saying so, else Latin-1. */
function guess(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("iso-8859-1").decode(bytes);
  }
}
