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
  const named = new RegExp(`^a=rtpmap:${payload} ([\\w.+-]+/\\d+)`, 'm').exec(sdp ?? '')?.[1];
  return named ?? STATIC[payload] ?? null;
}
