/** Results and executed notebooks as web pages that stand by themselves. */
export { type Html, html } from "./html.ts";
export { type ReportOptions, writeReport } from "./write_report.ts";
