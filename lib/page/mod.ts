/** Results and executed notebooks as web pages that stand by themselves. */
export { type Markup, markup, type MarkupPart } from "./markup.ts";
export { type ReportOptions, writeReport } from "./write_report.ts";
