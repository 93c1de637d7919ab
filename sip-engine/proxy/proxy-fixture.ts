import { OutgoingMessage, parseMessage, parseUri, type SipMessage } from '../message/index.ts';
import { createFakeClock, createTimingWheel } from '../timer/index.ts';
import { createTransactionLayer, type ServerTransaction } from '../transaction/index.ts';
import {
  answerTo,
  createRecorderTransport,
  createTestPorts,
  type RecorderFlow,
} from '../transaction/recorder-transport.ts';
import { createProxy } from './proxy.ts';
import type { ProxyDeps, ProxyListener, ProxyRequest } from './types.ts';

export const T1_MS = 500;

/** Plays the callers and the callees around a proxy at 10.0.0.5:5060 without any socket. */
export function createProxyFixture(parts: Parts = {}) {
  const world = createWorld(parts);
  const { transactions, proxy, flows, transport } = world;
  const opened: ServerTransaction[] = [];
  const strayAcks: SipMessage[] = [];
  transactions.setUser({
    onRequest: (transaction) => {
      if (!proxy.onRequest(transaction)) opened.push(transaction);
    },
    onAck: (ack, flow) => {
      if (!proxy.onAck(ack, flow)) strayAcks.push(ack);
    },
    onCancel: (transaction, cancel) => void proxy.onCancel(transaction, cancel),
    onStrayResponse: (response) => void proxy.onStrayResponse(response),
  });
  const caller = transport.flow('udp', '10.0.0.9', 5062);
  const log: string[] = [];
  const listener: ProxyListener = {
    onSent: () => void log.push('sent'),
    onFinal: (response) => void log.push(`final ${response.status}`),
    onDone: (sent) => void log.push(sent ? 'done' : 'not sent'),
  };
  const arrive = (message: SipMessage, flow = caller): void => transactions.receive(message, flow);
  const start = (received: SipMessage, command: Partial<ProxyRequest> = {}) => {
    arrive(received);
    const transaction = opened.at(-1);
    if (transaction === undefined) throw new Error('no transaction');
    return proxy.start(transaction, { ...COMMAND, ...command }, listener);
  };
  const callee = (address: string, transportName = 'udp', port = 5060) =>
    new Callee(address, flows.get(`${transportName} ${address}:${port}`), arrive);
  const responses = () => caller.sent.filter(({ isRequest }) => !isRequest);
  const answers = () => responses().map(({ status, cseqMethod }) => `${status} ${cseqMethod}`);
  const total = () => Object.values(transactions.size).reduce((sum, count) => sum + count, 0);
  return { ...world, caller, callee, arrive, start, log, answers, strayAcks, opened, total };
}

type Parts = Partial<Pick<ProxyDeps, 'flowFor' | 'resolve' | 'outboundProxy' | 'record'>>;

function createWorld(parts: Parts) {
  const clock = createFakeClock();
  const ports = createTestPorts(clock);
  const wheel = createTimingWheel({ clock });
  const transport = createRecorderTransport();
  const flows = new Map<string, RecorderFlow>();
  const timers = { t1Ms: T1_MS, t2Ms: 4_000, t4Ms: 5_000, cMs: 185_000 };
  const options = { mergedRequests: 'deliver' } as const;
  const transactions = createTransactionLayer({ transport, wheel, ports, timers, options });
  const flowTo: ProxyDeps['transport']['flowTo'] = ({ transport: name, address, port }) => {
    const key = `${name} ${address}:${port}`;
    const flow = flows.get(key) ?? transport.flow(name, address, port);
    flows.set(key, flow);
    return flow;
  };
  const proxy = createProxy({
    ...{ transactions, wheel, timers, ports, resolve: resolveLiteral, ...parts },
    transport: { flowTo, listenPointOf: transport.listenPointOf },
    isOwnUri: (uri) => {
      const { host, port } = parseUri(uri);
      return host === '10.0.0.5' && (port === 0 || port === 5060);
    },
  });
  return { clock, ports, proxy, transactions, transport, flows };
}

const resolveLiteral: ProxyDeps['resolve'] = (uri, done) => {
  const { host, port, params } = parseUri(uri);
  if (!/^[\d.]+$/.test(host)) done(new Error('no such host'));
  else done([{ transport: params.get('transport') === 'tcp' ? 'tcp' : 'udp', address: host, port: port || 5060 }]);
};

/** Who is asked by the proxy. */
class Callee {
  readonly #address: string;
  readonly #flow: RecorderFlow | undefined;
  readonly #arrive: (message: SipMessage, flow: RecorderFlow) => void;

  constructor(
    address: string,
    flow: RecorderFlow | undefined,
    arrive: (message: SipMessage, flow: RecorderFlow) => void,
  ) {
    this.#address = address;
    this.#flow = flow;
    this.#arrive = arrive;
  }

  methods(): string[] {
    return (this.#flow?.sent ?? []).map(({ method }) => method);
  }

  /** The last request but ACK and CANCEL. */
  get request(): SipMessage {
    const found = this.flow.sent.findLast(({ method }) => method !== 'ACK' && method !== 'CANCEL');
    if (found === undefined) throw new Error(`nothing sent to ${this.#address}`);
    return found;
  }

  get flow(): RecorderFlow {
    if (this.#flow === undefined) throw new Error(`nothing sent to ${this.#address}`);
    return this.#flow;
  }

  answer(status: number, toTag = this.#address, lines: readonly string[] = []): void {
    this.#arrive(withLines(answerTo(this.request, status, toTag), lines), this.flow);
  }
}

const COMMAND: ProxyRequest = {
  remainInDialog: false,
  followRedirects: false,
  simultaneous: false,
  provisionalTimeoutMs: 0,
  finalTimeoutMs: 0,
  targets: [],
  headers: [],
};

export interface Shape {
  readonly uri?: string;
  readonly branch?: string;
  readonly toTag?: string;
  readonly fromTag?: string;
  readonly cseq?: number;
  readonly lines?: readonly string[];
  readonly body?: string;
  readonly via?: string;
}

/** A request of the caller at 10.0.0.9:5062. */
export function request(method: string, shape: Shape = {}): SipMessage {
  const {
    uri = 'sip:bob@example.com',
    branch = `z9hG4bK${method}`,
    toTag,
    fromTag = 'ft',
    cseq = 1,
    lines = [],
    body = '',
  } = shape;
  return parseMessage(
    Buffer.from(
      [
        `${method} ${uri} SIP/2.0`,
        `Via: ${shape.via ?? `SIP/2.0/UDP 10.0.0.9:5062;branch=${branch}`}`,
        `From: <sip:alice@10.0.0.9>;tag=${fromTag}`,
        `To: <sip:bob@example.com>${toTag === undefined ? '' : `;tag=${toTag}`}`,
        'Call-ID: proxied@pc',
        `CSeq: ${cseq} ${method}`,
        ...lines,
        `Content-Length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    ),
  );
}

function withLines(message: SipMessage, lines: readonly string[]): SipMessage {
  const copy = OutgoingMessage.fromMessage(message);
  for (const line of lines) copy.add(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim());
  return parseMessage(copy.toBuffer());
}
