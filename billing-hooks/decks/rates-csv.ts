import { parse } from 'csv-parse/sync';
import type { RateDirection } from '../../bus/index.ts';
import { parseMoney, TenancyError } from '../../tenancy/index.ts';
import type { RateRow } from './rate-row.ts';

/** Columns of a price list in CSV; all but `prefix` and `per_minute` may be left out. */
const RATE_COLUMNS = [
  'direction',
  'prefix',
  'per_minute',
  'connect_fee',
  'minimum',
  'interval',
  'band',
  'from',
  'until',
] as const;

type Column = (typeof RATE_COLUMNS)[number];
type Line = Readonly<Partial<Record<Column, string>>>;

/** Prices out of CSV with a head line. @throws TenancyError `validation_failed`, naming the line */
export function parseRatesCsv(text: string): readonly RateRow[] {
  let lines: readonly Line[];
  try {
    lines = parse(text, { columns: true, skip_empty_lines: true, trim: true, bom: true }) as Line[];
  } catch (cause) {
    throw new TenancyError('validation_failed', `csv: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  const unknown = Object.keys(lines[0] ?? {}).filter((name) => !(RATE_COLUMNS as readonly string[]).includes(name));
  if (unknown.length > 0) throw wrong(1, `there is no column ${unknown.join(', ')}`);
  return lines.map((line, index) => toRow(line, index + 2));
}

/** Six digits: nothing of a price is lost. */
export function decimal(micros: number): string {
  const digits = String(Math.abs(micros)).padStart(7, '0');
  return `${micros < 0 ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

function toRow(line: Line, at: number): RateRow {
  const prefix = (line.prefix ?? '').replace(/^\+/, '');
  if (!/^\d{0,15}$/.test(prefix)) throw wrong(at, `prefix: ${line.prefix} is not + and digits`);
  const direction = line.direction || 'out';
  if (!isDirection(direction)) throw wrong(at, `direction: ${direction} is not out, in or toll_free`);
  const interval = /^(\d{1,4})\/(\d{1,4})$/.exec(line.interval || '60/60');
  const [firstSec, nextSec] = [Number(interval?.[1] ?? 0), Number(interval?.[2] ?? 0)];
  if (Math.min(firstSec, nextSec) < 1 || Math.max(firstSec, nextSec) > 3600)
    throw wrong(at, `interval: ${line.interval} is not such as 60/60, each 1 to 3600`);
  return {
    ...{ direction, prefix, firstSec, nextSec },
    band: line.band ?? '',
    fromMs: moment(line.from, at, 'from') ?? 0,
    untilMs: moment(line.until, at, 'until'),
    connectFeeMicros: price(line.connect_fee || '0', at, 'connect_fee'),
    perMinuteMicros: price(line.per_minute ?? '', at, 'per_minute'),
    minimumMicros: price(line.minimum || '0', at, 'minimum'),
  };
}

function isDirection(text: string): text is RateDirection {
  return text === 'out' || text === 'in' || text === 'toll_free';
}

function price(text: string, at: number, name: Column): number {
  const micros = parseMoney(text);
  if (micros === undefined || micros < 0) throw wrong(at, `${name}: ${text || 'nothing'} is no price such as 0.0125`);
  return micros;
}

function moment(text: string | undefined, at: number, name: Column): number | null {
  if (text === undefined || text === '') return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || !/(Z|[+-]\d\d:\d\d)$/.test(text))
    throw wrong(at, `${name}: ${text} is no time with a zone such as 2026-12-01T00:00:00Z`);
  return ms;
}

function wrong(line: number, words: string): TenancyError {
  return new TenancyError('validation_failed', `csv: line ${line}: ${words}`, { field: 'csv' });
}
