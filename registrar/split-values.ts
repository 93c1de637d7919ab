/** Splits a header value at its top-level commas: those in quotes or angle brackets do not count (RFC 3261 section 7.3.1). */
export function splitValues(line: string): readonly string[] {
  if (!line.includes(',')) return [line.trim()];
  return splitTopLevel(line, ',').filter((value) => value !== '');
}

/** Splits at a separator outside of quotes and angle brackets; parts are trimmed. */
export function splitTopLevel(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  let isBracketed = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (isQuoted) {
      if (char === '\\') at += 1;
      else if (char === '"') isQuoted = false;
    } else if (char === '"') isQuoted = true;
    else if (char === '<') isBracketed = true;
    else if (char === '>') isBracketed = false;
    else if (char === separator && !isBracketed) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}
