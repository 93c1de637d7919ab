/** One column of a table for people. */
export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string | number | boolean | null | undefined;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
}

/** Rows as aligned text; an empty list is one line that says so. */
export function renderTable<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  if (rows.length === 0) return 'none\n';
  const cells = rows.map((row) => columns.map((column) => cellText(column.value(row))));
  const widths = columns.map((column, at) =>
    Math.max(column.title.length, ...cells.map((line) => visibleLength(line[at] ?? ''))),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => pad(text, widths[at] ?? 0, columns[at]?.align ?? 'left'))
      .join('  ')
      .trimEnd();
  const header = line(columns.map((column) => column.title.toUpperCase()));
  return `${[header, ...cells.map(line)].join('\n')}\n`;
}

/** `name: value` lines of one thing, keys aligned; lists of things in it are tables behind them. */
export function renderFields(fields: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(fields).flatMap(([name, value]) => flattened(name, value));
  const lists = entries.filter((entry): entry is Listed => isListOfThings(entry[1]));
  const lines = entries.filter(([, value]) => !isListOfThings(value));
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  const text = lines.map(([name, value]) => `${name.padEnd(width)}  ${fieldText(value)}\n`).join('');
  return [text, ...lists.map(([name, things]) => `${name}\n${renderTable(columnsOf(things), things)}`)].join('\n');
}

type Thing = Readonly<Record<string, unknown>>;
type Listed = readonly [name: string, things: readonly Thing[]];

function isThing(value: unknown): value is Thing {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isListOfThings(value: unknown): value is readonly Thing[] {
  return Array.isArray(value) && value.length > 0 && value.every(isThing);
}

/** The parts of a thing in a thing as `name.part`; where they are all things they are a list. */
function flattened(name: string, value: unknown): readonly (readonly [name: string, value: unknown])[] {
  if (!isThing(value)) return [[name, value]];
  if (isListOfThings(Object.values(value)))
    return [[name, Object.entries(value).map(([field, inner]) => ({ field, ...(inner as Thing) }))]];
  return Object.entries(value).flatMap(([part, inner]) => flattened(`${name}.${part}`, inner));
}

function columnsOf(things: readonly Thing[]): readonly Column<Thing>[] {
  const names = [...new Set(things.flatMap((thing) => Object.keys(thing)))];
  return names.map((name) => ({ title: name.replaceAll('_', ' '), value: (thing) => fieldText(thing[name]) }));
}

function fieldText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(fieldText).join(', ');
  if (isThing(value)) return JSON.stringify(value);
  return cellText(value as string | number | boolean | null | undefined);
}

/** Control characters of foreign input never reach the terminal. */
function cellText(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined || value === '') return '-';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return String(value).replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}

function visibleLength(text: string): number {
  return [...text].length;
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const fill = ' '.repeat(Math.max(0, width - visibleLength(text)));
  return align === 'right' ? fill + text : text + fill;
}
