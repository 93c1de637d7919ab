import { OutgoingMessage, parseMessage, type SipMessage, type TransportName } from '../message/index.ts';
import { createFakeClock, createTimingWheel } from '../timer/index.ts';
import { createTransactionLayer } from './layer.ts';
import { createRecorderTransport, createTestPorts } from './recorder-transport.ts';
import type {
  ClientTransactionHandler,
  ServerTransaction,
  TimerValues,
  TransactionOptions,
  TransactionUser,
} from './types.ts';

/** A transaction layer over the recorder with a user that writes down what it hears. */
export function createFixture(options: TransactionOptions = {}, timers: Partial<TimerValues> = {}) {
  const clock = createFakeClock();
  const ports = createTestPorts(clock);
  const wheel = createTimingWheel({ clock, onError: (error) => ports.logger.error({ err: error }, 'timer threw') });
  const transport = createRecorderTransport();
  const layer = createTransactionLayer({ transport, wheel, ports, timers, options });
  const heard: string[] = [];
  const opened: ServerTransaction[] = [];
  const user: TransactionUser = {
    onRequest(transaction) {
      heard.push(`request ${transaction.request.method}`);
      opened.push(transaction);
    },
    onAck: () => void heard.push('ack'),
    onCancel: () => void heard.push('cancel'),
    onStrayResponse: (response) => void heard.push(`stray ${response.status}`),
    onTransactionEnd: (transaction) => void heard.push(`end ${transaction.request.method}`),
  };
  layer.setUser(user);
  const total = () => layer.size.ict + layer.size.nict + layer.size.ist + layer.size.nist;
  return { clock, ports, wheel, transport, layer, heard, opened, user, total, takeHeard: () => heard.splice(0) };
}

/** A client handler that writes down what it hears. */
export function createListener(): ClientTransactionHandler & { readonly heard: string[] } {
  const heard: string[] = [];
  return {
    heard,
    onResponse: (response) => void heard.push(String(response.status)),
    onTimeout: () => void heard.push('timeout'),
    onTransportError: (error) => void heard.push(`error ${error.message}`),
    onEnd: () => void heard.push('end'),
  };
}

export interface RequestShape {
  readonly method: string;
  readonly via?: string;
  readonly branch?: string;
  readonly toTag?: string;
  readonly cseq?: number;
  readonly callId?: string;
  readonly extra?: readonly string[];
}

/** A request as a peer at 10.0.0.9:5062 would send it. */
export function incoming(shape: RequestShape): SipMessage {
  const via = shape.via ?? `SIP/2.0/UDP 10.0.0.9:5062;branch=${shape.branch ?? 'z9hG4bKpeer1'}`;
  return parseMessage(
    Buffer.from(
      [
        `${shape.method} sip:bob@10.0.0.5 SIP/2.0`,
        `Via: ${via}`,
        'From: <sip:alice@10.0.0.9>;tag=ft1',
        `To: <sip:bob@10.0.0.5>${shape.toTag === undefined ? '' : `;tag=${shape.toTag}`}`,
        `Call-ID: ${shape.callId ?? 'a1@pc'}`,
        `CSeq: ${shape.cseq ?? 1} ${shape.method}`,
        ...(shape.extra ?? []),
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    ),
  );
}

/** A request of our own, its Via not yet there. */
export function outgoing(method: string): OutgoingMessage {
  return OutgoingMessage.request(method, 'sip:bob@10.0.0.9:5062')
    .add('Route', '<sip:10.0.0.9:5062;lr>')
    .add('From', '<sip:me@10.0.0.5>;tag=mine')
    .add('To', '<sip:bob@10.0.0.9>')
    .add('Call-ID', 'out1')
    .add('CSeq', `7 ${method}`);
}

/** A request of ours that has been sent once, over a flow that has nothing else in it. */
export function sentOut(method: string, transport?: TransportName) {
  const fixture = createFixture();
  const flow = fixture.transport.flow(transport);
  const listener = createListener();
  fixture.layer.request(outgoing(method), flow, listener);
  const [request] = flow.take();
  if (request === undefined) throw new Error('nothing was sent');
  return { fixture, flow, listener, request };
}
