/** Runs with a new folder that is gone afterwards. */
export async function inFolder<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await Deno.makeTempDir();
  try {
    return await use(dir);
  } finally {
    await removeFolder(dir);
  }
}

/** Work that a failure left behind may still write a file: then the folder is not empty at the first try. */
async function removeFolder(dir: string, tries = 50): Promise<void> {
  for (let left = tries; left > 0; left--) {
    try {
      return await Deno.remove(dir, { recursive: true });
    } catch (error) {
      if (left === 1) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
