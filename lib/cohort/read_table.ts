import { InputError } from "@ctsurv/common/mod.ts";

/**
 * The text of a table that a user gave, in UTF-8 or, if it begins with its byte-order mark, UTF-16, as Excel's "Unicode
 * text" is.
 *
 * @throws {InputError} If there is no such file, it may not be read, or it is no text in these encodings.
 */
export async function readTable(path: string): Promise<string> {
  const bytes = await readBytes(path);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    throw new InputError(`${path} is an Excel workbook or another zip file, not a table in text; save it as CSV UTF-8`);
  }
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe
    ? "utf-16le"
    : bytes[0] === 0xfe && bytes[1] === 0xff
    ? "utf-16be"
    : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new InputError(`${path} is not text in UTF-8; save it as CSV UTF-8, so that no letter is lost`);
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new InputError(`${path}: there is no such file`);
    if (error instanceof Deno.errors.PermissionDenied) throw new InputError(`${path}: no permission to read it`);
    if (error instanceof Deno.errors.IsADirectory) throw new InputError(`${path} is a folder; give the file in it`);
    throw error;
  }
}
