/** The parts of a SIP URI that identity rules look at. */
export interface UriParts {
  readonly scheme: 'sip' | 'sips';
  /** Unescaped user part, `''` when absent; a password is cut off. */
  readonly user: string;
  /** Lower case, without IPv6 brackets. */
  readonly host: string;
  /** 0 when absent. */
  readonly port: number;
  /** From the first `;` on, `''` when absent; headers are cut off. */
  readonly params: string;
}

const SIP_URI =
  /^(sips?):(?:([^@<>"\s]*)@)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?(;[^?\s<>"]*)?(?:\?[^\s<>"]*)?$/i;

/** Reads a SIP or SIPS URI without brackets; `undefined` when it is none. */
export function parseSipUri(text: string): UriParts | undefined {
  const match = SIP_URI.exec(text);
  if (match === null) return undefined;
  const [, scheme = '', userInfo = '', host = '', port = '0', params = ''] = match;
  const user = unescapeUser(userInfo.split(':', 1)[0] ?? '');
  if (user === undefined || Number(port) > 65535) return undefined;
  return {
    scheme: scheme.toLowerCase() === 'sips' ? 'sips' : 'sip',
    user,
    host: (host.startsWith('[') ? host.slice(1, -1) : host).toLowerCase(),
    port: Number(port),
    params,
  };
}

/** The URI inside a To, From or Contact value: between brackets, or all up to the first `;` (RFC 3261 section 20). */
export function addressUri(value: string): string {
  const open = value.indexOf('<');
  if (open >= 0) {
    const close = value.indexOf('>', open);
    return close < 0 ? '' : value.slice(open + 1, close);
  }
  const end = value.indexOf(';');
  return (end < 0 ? value : value.slice(0, end)).trim();
}

function unescapeUser(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
