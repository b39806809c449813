/** The part of `csv-parse/sync` used here; the package's own types do not know what `info: true` returns. */
export function parse(
  text: string,
  options: {
    readonly bom: boolean;
    readonly delimiter: string;
    readonly escape: string;
    readonly info: true;
    readonly record_delimiter: readonly string[];
    readonly relax_column_count: boolean;
    readonly skip_empty_lines: boolean;
    readonly skip_records_with_empty_values: boolean;
    readonly trim: boolean;
  },
): { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
