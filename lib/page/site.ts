import { existsSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { slug } from "github-slugger";

/** A page and what it is made from. */
export interface SitePage {
  /** In the site's folder: `01_preprocessing.html`. */
  readonly file: string;
  readonly title: string;
  /** The notebook or document; none for the index. */
  readonly source?: string;
}

/** The pages of one folder of results. */
export interface Site {
  /** Absolute. */
  readonly folder: string;
  /** In order, the index first. */
  readonly pages: readonly SitePage[];
}

const checkout = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Where a link of a source leads from its page: to another page; to a file, if both lie within the project or the
 * site's folder; otherwise nowhere, as the folder may be read on another machine. Anchors in Jupyter's spelling become
 * GitHub's.
 */
export function siteLink({ folder, pages }: Site, source: string, href: string): string | undefined {
  const [path = "", fragment] = href.split("#", 2);
  const anchor = fragment ? `#${slug(decode(fragment))}` : "";
  if (path === "") return anchor || undefined;
  const target = resolve(dirname(source), decode(path));
  const isNotebook = target.endsWith(".ipynb");
  const page = pages.find((page) =>
    page.source !== undefined &&
    (resolve(page.source) === target || (isNotebook && basename(page.source) === basename(target)))
  );
  if (page) return page.file + anchor;
  const root = [folder, checkout].find((root) => isWithin(target, root) && isWithin(folder, root));
  if (root === undefined || !existsSync(target)) return undefined;
  return relative(folder, target).split("/").map(encodeURIComponent).join("/") + (fragment ? `#${fragment}` : "");
}

function isWithin(path: string, folder: string): boolean {
  return !relative(folder, path).startsWith("..");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone "%" is itself.
    return text;
  }
}
