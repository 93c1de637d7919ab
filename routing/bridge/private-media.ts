import ipaddr from 'ipaddr.js';

/** `warn`: named in the trace; `refuse`: 488. */
export type PrivateMediaPolicy = 'warn' | 'refuse';

/** Addresses that begin otherwise than any private one: for most the library need not take them apart. */
const PUBLIC = /^(?!10\.|100\.|169\.|172\.|192\.)[1-9]\d{0,2}(?:\.(?:0|[1-9]\d{0,2})){3}$/;

const PRIVATE_RANGES: readonly string[] = ['private', 'carrierGradeNat', 'uniqueLocal', 'linkLocal'];

/**
 * With direct media each side sends to the address in the other's session description; when both are private,
 * audio flows only if they share a network. Returns the two addresses then.
 */
export function findPrivateMedia(callerSdp: string, calleeSdp: string): string | undefined {
  const caller = privateAddress(callerSdp);
  const callee = caller === undefined ? undefined : privateAddress(calleeSdp);
  return callee === undefined ? undefined : `${caller} and ${callee}`;
}

/** The address of the first `c=` line (RFC 8866 5.7), if it is one that only its own network can reach. */
function privateAddress(sdp: string | undefined): string | undefined {
  const address = /^c=IN IP[46] ([^\s/]+)/m.exec(sdp ?? '')?.[1];
  if (address === undefined || PUBLIC.test(address) || !ipaddr.isValid(address)) return undefined;
  return PRIVATE_RANGES.includes(ipaddr.process(address).range()) ? address : undefined;
}
