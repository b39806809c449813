/** What the codes of systems mean, as it follows "PATH: ". */
const reasons: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "it is on a file system that can only be read",
  ENOSPC: "the disk is full",
  EDQUOT: "your share of the disk is used up",
  EFBIG: "the file would be larger than the system allows",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "it is a link that leads in a circle",
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder, not a file",
  EEXIST: "there is something of that name already",
  ENOTEMPTY: "the folder is not empty",
  ENXIO: "no such device, or nobody reads from the pipe",
  ENODEV: "there is no such device",
  EBUSY: "another program uses it",
  ETXTBSY: "another program uses it",
  EIO: "the disk or the network failed",
  ESTALE: "the network folder was changed by somebody else; open it again",
  EMFILE: "too many files are open; raise the limit (ulimit -n)",
  ENFILE: "too many files are open on this system",
  EXDEV: "it is on another disk",
};

/** Codes that mean that there is no room to write. */
const FULL = ["ENOSPC", "EDQUOT", "EFBIG"];

/**
 * Says in plain words why the system did not read or write a file, with the file's path: permission, a read-only or full
 * disk, a name that is too long, a circle of links.
 *
 * @example
 * ```ts
 * import { systemErrorMessage } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const error = await Deno.readFile("scans/none.dcm").catch((error) => error);
 * assertEquals(systemErrorMessage(error), "scans/none.dcm: there is no such file or folder");
 * assertEquals(systemErrorMessage(new TypeError("a mistake in a program")), undefined);
 * ```
 *
 * @returns Undefined if the error is not one of the system's about a file.
 */
export function systemErrorMessage(error: unknown): string | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  const { message, path } = error as Error & { readonly path?: unknown };
  // Deno: "Permission denied (os error 13): writefile '/a/b'", or "…: rename '/a/b' -> '/a/c'".
  const [, first, second] = /: \w+ '([^]*?)'(?: -> '([^]*)')?$/.exec(message) ?? [];
  const file = second ?? first ?? (typeof path === "string" ? path : undefined);
  return file === undefined ? `${reasons[code]} (${message})` : `${file}: ${reasons[code]}`;
}

/** Whether an error says that there is no room to write: a full disk, an exhausted quota, a limit on a file's size. */
export function isLackOfRoom(error: unknown): boolean {
  return FULL.includes(codeOf(error) ?? "");
}

/** The system's code; undefined if it is none, or none of those above. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string" && Object.hasOwn(reasons, error.code)) return error.code;
  // Deno gives no code to some.
  if (/^Disk quota exceeded/.test(error.message)) return "EDQUOT";
  return /^File too large/.test(error.message) ? "EFBIG" : undefined;
}
