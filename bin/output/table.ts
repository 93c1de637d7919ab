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

/** `name: value` lines of one thing, keys aligned. */
export function renderFields(fields: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(fields);
  const width = Math.max(...entries.map(([name]) => name.length));
  return `${entries.map(([name, value]) => `${name.padEnd(width)}  ${fieldText(value)}`).join('\n')}\n`;
}

function fieldText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(fieldText).join(', ');
  if (value !== null && typeof value === 'object') return JSON.stringify(value);
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
