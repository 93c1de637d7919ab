import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { ApiError } from '../errors.ts';

/** A line of a CSV file: its cells by column, and where it stands. */
export interface CsvRecord {
  /** From 1; the header is a line too. */
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** Comma, semicolon (what spreadsheets of many countries write) or tab: which of them the header has. */
function delimiterOf(text: string): string {
  const header = text.slice(0, text.search(/\r|\n|$/));
  return [',', ';', '\t'].find((candidate) => header.includes(candidate)) ?? ',';
}

/** RFC 4180, with a header line. @throws {ApiError} with the line at fault */
export function parseCsv(text: string): readonly CsvRecord[] {
  try {
    const records = parse(text, {
      bom: true,
      columns: (header: string[]) => header.map((name) => name.trim().toLowerCase()),
      delimiter: delimiterOf(text.replace(/^\ufeff/, '')),
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as readonly { readonly info: { readonly lines: number }; readonly record: Record<string, string> }[];
    return records.map(({ info, record }) => ({ line: info.lines, cells: unguarded(record) }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const fields = [{ field: 'csv', problem: error.message }];
    throw new ApiError('validation_failed', `csv: ${error.message}.`, { fields, cause: error });
  }
}

/** What a spreadsheet would run as a formula. Plain numbers, `+31201234567` and `-1` too, are none. */
const FORMULA = /^[=+\-@\t\r]/;
const PLAIN_NUMBER = /^[+-]?\d+$/;

/** Rows as CSV that a spreadsheet may open: a text that would be a formula has an apostrophe before it (CWE-1236). */
export function renderCsv(columns: readonly string[], rows: readonly Readonly<Record<string, unknown>>[]): string {
  return stringify(
    rows.map((row) => columns.map((column) => guarded(cellOf(row[column])))),
    { header: false },
  );
}

/** The first line of a CSV file. */
export function csvHeader(columns: readonly string[]): string {
  return stringify([[...columns]]);
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join(' ');
  return String(value);
}

// csv-stringify's own escape_formulas would put the apostrophe before every number too.
function guarded(cell: string): string {
  return FORMULA.test(cell) && !PLAIN_NUMBER.test(cell) ? `'${cell}` : cell;
}

/** Takes the apostrophe away again, so that an export can be imported. */
function unguarded(record: Readonly<Record<string, string>>): Record<string, string> {
  const cells = Object.entries(record).map(([column, cell]) => [
    column,
    /^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell,
  ]);
  return Object.fromEntries(cells) as Record<string, string>;
}
