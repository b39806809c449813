const root = new URL("../../../shared/data/", import.meta.url);

/** Where a sample CT lies that is not part of this repository; undefined, having said so, where it is absent. */
export function sharedData(path: string): string | undefined {
  const full = decodeURIComponent(new URL(path, root).pathname);
  try {
    Deno.statSync(full);
    return full;
  } catch {
    console.log(`skipped: no ${path} in ../shared/data`);
    return undefined;
  }
}
