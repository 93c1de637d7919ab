import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCUMENT = join(import.meta.dirname, '../../docs/performance.md');

/** Puts a table between the two marks of that name in docs/performance.md; does nothing where it has none. */
export function writeIntoDocument(name: string, table: string): void {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [begin, end] = [`<!-- stages ${name} -->\n`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) return;
  writeFileSync(DOCUMENT, `${text.slice(0, from + begin.length)}\n${table}\n\n${text.slice(to)}`);
}
