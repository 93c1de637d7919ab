import type { InboundRequest } from '../auth/index.ts';
import type { SrfMessage, SrfRequest } from './srf-adapter.ts';

/** Brings a request of srf to the shape that auth and the steps read. */
export function toInboundRequest(req: SrfRequest): InboundRequest {
  return new ReceivedRequest(req);
}

/**
 * A class for its getters: one in an object literal makes every object a shape of its own. Shapes live until the whole
 * heap is collected, and with the getter all that it refers to: the message, its transaction, the whole call.
 */
class ReceivedRequest implements InboundRequest {
  readonly method: string;
  readonly uri: string;
  readonly transport: InboundRequest['transport'];
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly flowId: string;
  readonly callId: string;
  readonly #req: SrfRequest;
  #headers: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(req: SrfRequest) {
    this.#req = req;
    this.method = req.method;
    this.uri = req.uri;
    this.transport = toTransport(req.protocol);
    this.sourceAddress = req.source_address;
    this.sourcePort = Number(req.source_port);
    this.flowId = req.sessionToken ?? '';
    this.callId = req.get('call-id') ?? '';
  }

  get cseq(): number {
    return Number.parseInt(this.#req.get('cseq') ?? '0', 10);
  }

  get localAddress(): string {
    return splitHostPort(this.#req.receivedOn ?? '')[0];
  }

  get localPort(): number {
    return splitHostPort(this.#req.receivedOn ?? '')[1];
  }

  get branch(): string {
    return /;\s*branch\s*=\s*([^;,\s]+)/i.exec(this.header('via') ?? '')?.[1] ?? '';
  }

  header(name: string): string | undefined {
    return this.headerLines(name)[0];
  }

  headerLines(name: string): readonly string[] {
    if (this.#req.headerLines !== undefined) return this.#req.headerLines(name);
    this.#headers ??= readHeaderLines(this.#req);
    return this.#headers.get(name) ?? [];
  }
}

/** RFC 3261 7.3.3 and 20: short names of the headers that the steps look at. */
const COMPACT: Readonly<Record<string, string>> = {
  v: 'via',
  f: 'from',
  t: 'to',
  i: 'call-id',
  m: 'contact',
  k: 'supported',
  c: 'content-type',
  l: 'content-length',
  s: 'subject',
  o: 'event',
  r: 'refer-to',
  b: 'referred-by',
  x: 'session-expires',
  y: 'identity',
};

/** Every line of the header of that lower-case name. */
export function headerLinesOf(message: Pick<SrfMessage, 'raw' | 'headerLines'>, name: string): readonly string[] {
  return message.headerLines?.(name) ?? readHeaderLines(message).get(name) ?? [];
}

/** srf joins repeated headers by commas, which cannot be undone; so the lines are read from the text itself. */
function readHeaderLines(req: Pick<SrfMessage, 'raw'>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const head = (req.raw ?? '').split(/\r?\n\r?\n/, 1)[0] ?? '';
  const unfolded = head.replace(/\r?\n[ \t]+/g, ' ');
  for (const line of unfolded.split(/\r?\n/).slice(1)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const written = line.slice(0, colon).trim().toLowerCase();
    const name = COMPACT[written] ?? written;
    const values = found.get(name) ?? [];
    values.push(line.slice(colon + 1).trim());
    found.set(name, values);
  }
  return found;
}

function splitHostPort(text: string): readonly [string, number] {
  const colon = text.lastIndexOf(':');
  return colon < 0 ? ['', 0] : [text.slice(0, colon), Number(text.slice(colon + 1))];
}

function toTransport(protocol: string): InboundRequest['transport'] {
  const name = protocol.toLowerCase();
  return name === 'tcp' || name === 'tls' || name === 'ws' || name === 'wss' ? name : 'udp';
}
