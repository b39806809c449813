import {
  costTable,
  type Provenance,
  type Table,
  table,
  table1,
  table2,
  type TableColumn,
  verdictTable,
} from "@ctsurv/report/mod.ts";
import type { Heading } from "./_markdown.ts";
import { type Markup, markup, trusted } from "./_markup.ts";
import type { PageContent } from "./_pages.ts";
import { sanitise } from "./_sanitise.ts";
import type { RunResults, Site } from "./write_report.ts";

/** How results came to be: the facts that all share, and for each result the facts that differ. */
export interface ProvenanceFacts {
  readonly common: readonly (readonly [fact: string, value: string])[];
  readonly each: readonly (readonly [result: string, facts: readonly (readonly [fact: string, value: string])[]])[];
}

/** A result's name and the provenance that its file holds. */
export interface ProvenResult {
  readonly name: string;
  readonly provenance: Provenance | undefined;
}

/** Separates the facts that all results share from those that differ. */
function provenanceFacts(results: readonly ProvenResult[]): ProvenanceFacts {
  const all = results.map(({ name, provenance }) => ({
    name,
    facts: Object.entries(provenance ?? {}).map(([fact, value]) => [fact, inWords(value)] as const),
  }));
  const isCommon = ([fact, value]: readonly [string, string]) =>
    all.every(({ facts }) => facts.some(([other, same]) => fact === other && value === same));
  return {
    common: all[0]?.facts.filter(isCommon) ?? [],
    each: all.map(({ name, facts }) => [name, facts.filter((fact) => !isCommon(fact))]),
  };
}

function inWords(value: unknown): string {
  if (value === null) return "not known";
  if (typeof value !== "object") return `${value}`.replace(/^[0-9a-f]{40,64}$/, (hash) => hash.slice(0, 12));
  return Object.entries(value).map(([key, inner]) =>
    inner !== null && typeof inner === "object" ? `${key} (${inWords(inner)})` : `${key} ${inWords(inner)}`
  ).join(", ");
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

/** The first page of a folder of results: its tables and figures, and links to everything else. */
export function indexPage({ pages }: Site, results: RunResults): Omit<PageContent, "run"> {
  const { table1: first, table2: second, costs, verdicts, figures, files } = results;
  const title = first ? `Results on ${first.cohort.name}, profile ${first.profile}` : "Results";
  const sections: Section[] = [
    section("table-1", "Table 1: models compared", first && wide(table1(first))),
    section("table-2", "Table 2: from one cohort to another", second && wide(table2(second))),
    section("costs", "What a patient costs", costs && wide(costTable(costs.costs))),
    section("verdicts", "The paper's claims", verdicts && wide(verdictTable(verdicts))),
    section(
      "figures",
      "Figures",
      figures.length > 0 ? markup`<div class="figures">${figures.map(figure)}</div>` : undefined,
    ),
    section("pages", "Notebooks and documents", pageList(pages.filter(({ source }) => source !== undefined))),
    section("files", "Files", files.length > 0 ? fileList(files) : undefined),
    section("provenance", "How the results came to be", provenance(results)),
  ].filter((section) => section !== undefined);
  return {
    file: "index.html",
    title,
    headings: sections.map(({ id, title }): Heading => ({ level: 2, id, text: title })),
    body: markup`<h1>${title}</h1>
<p class="prose">ctsurv predicts two-year survival of lung-cancer patients from chest CT, and reproduces a published
method with 2D networks and soft attention. This page shows what one run of its notebooks computed. The notebooks, with
their code and all that it put out, are pages too.</p>
${first && warning(first)}
${sections.map(sectionMarkup)}`,
    source: "Made from the files in this folder.",
  };
}

function section(id: string, title: string, body: Markup | undefined): Section | undefined {
  return body && { id, title, body };
}

function sectionMarkup({ id, title, body }: Section): Markup {
  return markup`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>\n`;
}

/** A warning if the cohort is a phantom: only then the true risks, and so the best reachable Ctd, are known. */
function warning({ cohort, models }: NonNullable<RunResults["table1"]>): Markup | undefined {
  if (cohort.bestReachableCtd === null) return undefined;
  const has = (wanted: string) => models.some(({ weights: { kind } }) => kind === wanted);
  const origins = [has("seeded") ? "a seed" : "", has("phantom") ? "training on phantoms" : ""].filter(Boolean);
  const weights = origins.length > 0
    ? `, and the networks' weights come from ${origins.join(" or ")}, not from pretraining`
    : "";
  return markup`<div class="warning" role="note"><p><strong>These numbers are not the paper's.</strong>
The ${cohort.patients} patients of ${cohort.name} are phantoms: a program drew their scans and their survival
times${weights}. A column marked “reported” holds what the paper says of real patients. Nothing here says how a model
would do on them.</p></div>`;
}

function wide({ html }: Table): Markup {
  return markup`<div class="scroll" role="region" aria-label="Table" tabindex="0">${trusted(html)}</div>`;
}

function figure({ file, svg }: RunResults["figures"][number], i: number): Markup {
  const caption = markup`<figcaption><a href="${address(file)}">${file}</a></figcaption>`;
  return markup`<figure>${sanitise(svg, { scope: `figure-${i + 1}` })}${caption}</figure>\n`;
}

function pageList(pages: Site["pages"]): Markup | undefined {
  if (pages.length === 0) return undefined;
  return markup`<ul>${pages.map(({ file, title }) => markup`<li><a href="${file}">${title}</a></li>`)}</ul>`;
}

function fileList(files: readonly string[]): Markup {
  return markup`<ul class="files">${files.map((file) => markup`<li><a href="${address(file)}">${file}</a></li>`)}</ul>`;
}

function address(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}

function provenance({ table1, table2, aggregation, costs }: RunResults): Markup | undefined {
  const all = [
    ...table1?.models.map(({ name, provenance }) => ({ name, provenance })) ?? [],
    ...table2 ? [{ name: "Table 2", provenance: table2.provenance }] : [],
    ...aggregation ? [{ name: "Aggregation", provenance: aggregation.provenance }] : [],
    ...costs ? [{ name: "Costs", provenance: costs.provenance }] : [],
  ];
  return all.length > 0 ? facts(provenanceFacts(all)) : undefined;
}

function facts({ common, each }: ProvenanceFacts): Markup {
  const differing = [...new Set(each.flatMap(([, facts]) => facts.map(([fact]) => fact)))];
  const all = table(common, [
    { label: "All results", value: ([fact]) => fact },
    { label: "", value: ([, value]) => value },
  ]);
  const apart = table(each, [
    { label: "Result", value: ([name]) => name },
    ...differing.map((fact): TableColumn<ProvenanceFacts["each"][number]> => ({
      label: fact,
      value: ([, facts]) => facts.find(([name]) => name === fact)?.[1],
    })),
  ]);
  return markup`${wide(all)}${differing.length > 0 ? wide(apart) : undefined}
<p class="note">Hashes and commits by their first twelve digits; the files have them in full.</p>`;
}
