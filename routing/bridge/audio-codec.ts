/** Payload types that need no `a=rtpmap` (RFC 3551 section 6). */
const STATIC: Readonly<Record<string, string>> = {
  '0': 'PCMU/8000',
  '3': 'GSM/8000',
  '4': 'G723/8000',
  '8': 'PCMA/8000',
  '9': 'G722/8000',
  '18': 'G729/8000',
};

/** The first codec of the first audio line of an answer, as `a=rtpmap` writes it; `null` when there is no audio. */
export function audioCodec(sdp: string | undefined): string | null {
  const audio = /^m=audio \d+ \S+ (\d+)/m.exec(sdp ?? '');
  const payload = audio?.[1];
  if (payload === undefined) return null;
  return namedCodec(sdp ?? '', payload) ?? STATIC[payload] ?? null;
}

/** Without an expression of its own for each payload type: that would be compiled for each call. */
function namedCodec(sdp: string, payload: string): string | undefined {
  const map = `a=rtpmap:${payload} `;
  for (let at = sdp.indexOf(map); at >= 0; at = sdp.indexOf(map, at + 1)) {
    const isLine = at === 0 || sdp[at - 1] === '\n' || sdp[at - 1] === '\r';
    const named = isLine ? /^[\w.+-]+\/\d+/.exec(sdp.slice(at + map.length))?.[0] : undefined;
    if (named !== undefined) return named;
  }
  return undefined;
}
