import type { TObject } from 'typebox';
import { Compile } from 'typebox/compile';
import { ApiError, type FieldFault, fieldError, sentence } from '../errors.ts';
import { type SchemaFault, validationError } from '../http/validator.ts';
import { readCells } from './cells.ts';
import { parseCsv } from './csv.ts';

/** One row of a bulk request. */
export interface BulkRow {
  /** From 1, without the header. */
  readonly row: number;
  /** In the CSV file, from 1; `null` for JSON. */
  readonly line: number | null;
  readonly values: Readonly<Record<string, unknown>>;
}

export const MOST_ROWS = 20_000;
/** Faults told at once. */
const MOST_FAULTS = 100;

/** The rows of a request, each checked against the schema. @throws {ApiError} that names every row at fault */
export function readRows(
  schema: TObject,
  given: { readonly csv?: string; readonly rows?: readonly object[] },
): BulkRow[] {
  if ((given.csv === undefined) === (given.rows === undefined)) {
    throw fieldError('rows', 'must be given, or csv instead of it, and not both');
  }
  const rows: BulkRow[] =
    given.csv === undefined
      ? (given.rows ?? []).map((values, at) => ({ row: at + 1, line: null, values: { ...values } }))
      : parseCsv(given.csv).map(({ line, cells }, at) => ({ row: at + 1, line, values: readCells(schema, cells) }));
  if (rows.length === 0)
    throw fieldError('rows', 'there is none: send at least one, in CSV below a line of column names');
  if (rows.length > MOST_ROWS)
    throw fieldError('rows', `there are ${rows.length}: send at most ${MOST_ROWS} at a time`);
  refuseFaults(schema, rows);
  return rows;
}

function refuseFaults(schema: TObject, rows: readonly BulkRow[]): void {
  const compiled = Compile(schema);
  const faults: FieldFault[] = [];
  let onlyUnknown = true;
  for (const { row, line, values } of rows) {
    if (compiled.Check(values)) continue;
    const error = validationError(schema, values, compiled.Errors(values) as readonly SchemaFault[]);
    if (error.code !== 'unknown_field') onlyUnknown = false;
    const where = line === null ? '' : `line ${line}: `;
    for (const { field, problem } of error.fields)
      faults.push({ field: `row ${row} ${field}`, problem: where + problem });
    if (faults.length > MOST_FAULTS) break;
  }
  if (faults.length === 0) return;
  const shown = faults.slice(0, MOST_FAULTS);
  const more = faults.length > MOST_FAULTS ? '; and more' : '';
  const told = `${shown.map(({ field, problem }) => `${field}: ${problem}`).join('; ')}${more}`;
  const message = `${sentence(told)} Nothing was done.`;
  throw new ApiError(onlyUnknown ? 'unknown_field' : 'validation_failed', message, { fields: shown });
}
