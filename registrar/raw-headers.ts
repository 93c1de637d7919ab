/** Compact names (RFC 3261 section 7.3.3 and later) of the headers that are read. */
const COMPACT: Readonly<Record<string, string>> = {
  i: 'call-id',
  m: 'contact',
  f: 'from',
  t: 'to',
  v: 'via',
  k: 'supported',
  l: 'content-length',
};

/**
 * The header lines of a message text by lower-case long name, unfolded. drachtio-srf joins lines of one name with
 * commas, which a digest does not survive.
 */
export function readHeaderLines(raw: string): ReadonlyMap<string, readonly string[]> {
  const end = raw.search(/\r?\n\r?\n/);
  const head = (end < 0 ? raw : raw.slice(0, end)).replace(/\r?\n[ \t]+/g, ' ');
  const lines = new Map<string, string[]>();
  for (const line of head.split(/\r?\n/).slice(1)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const key = COMPACT[name] ?? name;
    const values = lines.get(key);
    const value = line.slice(colon + 1).trim();
    if (values === undefined) lines.set(key, [value]);
    else values.push(value);
  }
  return lines;
}
