/** What a file is that is no checkpoint, by how it begins, and how to come by the weights. */
const FORMATS: readonly (readonly [begins: string | RegExp, what: string])[] = [
  [
    "version https://git-lfs",
    'it is a Git LFS pointer, a text in place of the file. Run "git lfs pull" in the clone that it is from, or download ' +
    "the file from the repository's page",
  ],
  [
    /^\s*<(!doctype|html|\?xml)/i,
    "it is a web page: a server answered with a page, such as one to log in or to confirm, instead of the file. Download " +
    "it again in a browser",
  ],
  [
    /^\s*\{/,
    "it is JSON, such as the index of weights that lie in several files. Save them as one file of safetensors",
  ],
  ["\x89HDF\r\n", "it is HDF5, as Keras writes it. Load the network there, and save its weights as safetensors"],
  ["GGUF", "it is GGUF, which holds language models"],
  ["\x93NUMPY", "it is a NumPy array. Save all weights together as safetensors"],
  ["\x1f\x8b", "it is compressed by gzip. Unpack it first"],
  ["BZh", "it is compressed by bzip2. Unpack it first"],
  ["\xfd7zXZ", "it is compressed by xz. Unpack it first"],
  ["\x28\xb5\x2f\xfd", "it is compressed by zstd. Unpack it first"],
  ["7z\xbc\xaf", "it is an archive of 7-Zip. Unpack it first"],
  ["\0".repeat(64), "it begins with zeros: the download did not finish, or the disk was full. Download it again"],
  [/^$/, "it is empty: the download did not begin. Download it again"],
];

/** Says what a file is, from its first bytes, if it is something else that people take for weights. */
export function foreignFormat(head: Uint8Array): string | undefined {
  const text = String.fromCharCode(...head.subarray(0, 512));
  const isLike = (begins: string | RegExp) => typeof begins === "string" ? text.startsWith(begins) : begins.test(text);
  return FORMATS.find(([begins]) => isLike(begins))?.[1];
}

/** Whether a file is a tar archive, by its first 262 bytes. */
export function isTar(head: Uint8Array): boolean {
  return String.fromCharCode(...head.subarray(257, 262)) === "ustar";
}

/** The first format of PyTorch, and what to do. */
export const TAR =
  "it is a tar archive, as PyTorch wrote it until 2017. Load it there, and save it again with torch.save, or take the " +
  "newer file of the same weights";
