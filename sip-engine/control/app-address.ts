/** Where an application listens. */
export interface AppAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/**
 * `tcp://host:port` and `tls://host:port`, or `host:port[;transport=tcp|tls]` as lookups write it; IPv6 in
 * brackets. `undefined` for everything else.
 */
export function readAppAddress(text: string): AppAddress | undefined {
  const match = /^(?:(tcp|tls):\/\/|sip:)?(\[[0-9a-f:.]+\]|[\w.-]+):(\d{1,5})\/?(?:;transport=(tcp|tls))?$/i.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[2]?.replace(/^\[|\]$/g, '');
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  return { host, port, tls: (match?.[1] ?? match?.[4])?.toLowerCase() === 'tls' };
}
