import parseRegistration, { type ParsedRegistration } from 'drachtio-mw-registration-parser';
import type { InboundRequest } from '../auth/index.ts';
import { readHeaderLines } from './raw-headers.ts';
import type { RegisterOutcome } from './register-outcome.ts';

/** The part of drachtio-srf's `req` that is read. */
export interface DrachtioRequest {
  readonly method: string;
  readonly uri: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  /** `address:port` of ours. */
  readonly receivedOn?: string;
  readonly msg: { readonly raw: string };
  get(name: string): string | undefined;
  getParsedHeader(name: string): unknown;
}

/** The part of drachtio-srf's `res` that is used. */
export interface DrachtioResponse {
  send(status: number, options: { readonly headers: Readonly<Record<string, string>> }): void;
}

/** What the registration parser makes of a REGISTER, for logs; absent for a fetch and for `Contact: *`. */
export type Registration = ParsedRegistration;

type Handle = (request: InboundRequest) => Pick<RegisterOutcome, 'status' | 'lines'> | undefined;

/**
 * `srf.register(bindDrachtio(…))`, and the same for `srf.options`: drachtio-srf's request to ours, the answer back. A
 * request that is to be dropped gets no answer. `onRegistration` sees what drachtio-mw-registration-parser found.
 */
export function bindDrachtio(
  handle: Handle,
  onRegistration?: (registration: Registration) => void,
): (req: DrachtioRequest, res: DrachtioResponse) => void {
  return (req, res) => {
    const request = inboundOfDrachtio(req);
    if (onRegistration !== undefined) {
      const registration = normalizeRegistration(req, request);
      if (registration !== undefined) onRegistration(registration);
    }
    const answer = handle(request);
    if (answer !== undefined) res.send(answer.status, { headers: headersOf(answer.lines) });
  };
}

/** drachtio-srf's request in the one shape that all rules read. drachtio-server has no flow ids. */
function inboundOfDrachtio(req: DrachtioRequest): InboundRequest {
  const lines = readHeaderLines(req.msg.raw);
  const headerLines = (name: string): readonly string[] => lines.get(name) ?? [];
  const received = req.receivedOn ?? '';
  const colon = received.lastIndexOf(':');
  return {
    method: req.method,
    uri: req.uri,
    transport: transportOf(req.protocol),
    sourceAddress: req.source_address,
    sourcePort: Number(req.source_port),
    localAddress: colon < 0 ? '' : received.slice(0, colon),
    localPort: colon < 0 ? 0 : Number(received.slice(colon + 1)),
    flowId: '',
    callId: headerLines('call-id')[0] ?? '',
    cseq: Number.parseInt(headerLines('cseq')[0] ?? '', 10) || 0,
    branch: /;\s*branch\s*=\s*([^\s;,]+)/i.exec(headerLines('via')[0] ?? '')?.[1] ?? '',
    header: (name) => headerLines(name)[0],
    headerLines,
  };
}

/**
 * Runs drachtio-mw-registration-parser where it is safe: it answers 400 by itself without Contact or Expires, and knows
 * no `*`; what it lacks is filled in, and it gets a response that cannot send.
 */
function normalizeRegistration(req: DrachtioRequest, request: InboundRequest): Registration | undefined {
  const contact = request.header('contact');
  if (request.method !== 'REGISTER' || contact === undefined || contact === '*') return undefined;
  const safe: Parameters<typeof parseRegistration>[0] = {
    method: 'REGISTER',
    has: (name) => req.get(name) !== undefined,
    get: (name) => req.get(name) ?? (name === 'Expires' ? '3600' : undefined),
    getParsedHeader: (name) => req.getParsedHeader(name),
  };
  try {
    parseRegistration(safe, { send: () => undefined }, () => undefined);
  } catch {
    // Contact or To that drachtio-srf cannot parse: the registrar answers 400 by its own rules.
    return undefined;
  }
  return safe.registration !== undefined && Number.isFinite(safe.registration.expires) ? safe.registration : undefined;
}

function transportOf(protocol: string): InboundRequest['transport'] {
  const name = protocol.toLowerCase();
  return name === 'tcp' || name === 'tls' || name === 'ws' || name === 'wss' ? name : 'udp';
}

/** Lines of one name become one comma list; only headers for which that is the same are ever sent twice. */
function headersOf(lines: readonly string[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}
