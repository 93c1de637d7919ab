import { BACKSLASH, COMMA, GREATER, LESS, QUOTE } from './chars.ts';

/**
 * Splits a header line at its commas; quoted strings and what stands in `< >` stay whole (RFC 3261
 * 7.3.1). Empty elements are left out.
 */
export function splitValues(line: string): string[] {
  if (!line.includes(',')) {
    const only = line.trim();
    return only === '' ? [] : [only];
  }
  const values: string[] = [];
  let start = 0;
  let quoted = false;
  let bracketed = false;
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if (quoted) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (code === LESS) bracketed = true;
    else if (code === GREATER) bracketed = false;
    else if (code === COMMA && !bracketed) {
      pushValue(values, line.slice(start, i));
      start = i + 1;
    }
  }
  pushValue(values, line.slice(start));
  return values;
}

function pushValue(values: string[], text: string): void {
  const value = text.trim();
  if (value !== '') values.push(value);
}
