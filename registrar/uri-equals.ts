interface Parts {
  readonly scheme: string;
  readonly user: string;
  readonly hostPort: string;
  readonly params: ReadonlyMap<string, string>;
  readonly headers: string;
}

/** Parameters that, given in only one of two URIs, make them differ (RFC 3261 section 19.1.4). */
const NEVER_IGNORED = ['user', 'ttl', 'method', 'maddr', 'transport'];

/** Whether two SIP URIs are equivalent by RFC 3261 section 19.1.4. */
export function uriEquals(a: string, b: string): boolean {
  if (a === b) return true;
  const left = split(a);
  const right = split(b);
  if (left.scheme !== right.scheme || left.user !== right.user || left.hostPort !== right.hostPort) return false;
  if (NEVER_IGNORED.some((name) => left.params.has(name) !== right.params.has(name))) return false;
  for (const [name, value] of left.params) {
    const other = right.params.get(name);
    if (other !== undefined && other.toLowerCase() !== value.toLowerCase()) return false;
  }
  return sameHeaders(left.headers, right.headers);
}

function split(uri: string): Parts {
  const colon = uri.indexOf(':');
  const question = uri.indexOf('?');
  const body = uri.slice(colon + 1, question < 0 ? uri.length : question);
  const at = body.lastIndexOf('@');
  const [hostPort = '', ...params] = body.slice(at + 1).split(';');
  return {
    scheme: uri.slice(0, colon).toLowerCase(),
    // User and password are case-sensitive; escapes are not.
    user: at < 0 ? '' : unescapeText(body.slice(0, at)),
    hostPort: hostPort.trim().toLowerCase(),
    params: new Map(params.map(splitParam)),
    headers: question < 0 ? '' : uri.slice(question + 1),
  };
}

function splitParam(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 0) return [unescapeText(text).toLowerCase(), ''];
  return [unescapeText(text.slice(0, equals)).toLowerCase(), unescapeText(text.slice(equals + 1))];
}

function sameHeaders(a: string, b: string): boolean {
  return a === b || a.split('&').map(normalHeader).sort().join('&') === b.split('&').map(normalHeader).sort().join('&');
}

function normalHeader(text: string): string {
  const [name, value] = splitParam(text);
  return `${name}=${value}`;
}

function unescapeText(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
