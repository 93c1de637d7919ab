import type { Flow, PeerCertificate, Target, TransportErrorCode } from '../transport/types.ts';
import type { HandedRecord } from './record.ts';

/** A connection of home, as the others know it. */
export interface StreamFacts {
  readonly id: string;
  /** Place of its listen point, the same in every worker. */
  readonly point: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly peerCertificate?: PeerCertificate | undefined;
  /** Id that a worker gave it when it asked for it. */
  readonly asked?: string | undefined;
}

/** What home tells the others. */
export type HomeOrder =
  | { readonly order: 'opened'; readonly stream: StreamFacts }
  | { readonly order: 'closed'; readonly id: string; readonly reason: string }
  | { readonly order: 'not_sent'; readonly send: number; readonly code: TransportErrorCode; readonly text: string };

/** What a worker asks of home; `id` is home's or its own. */
export type WorkerOrder =
  | { readonly order: 'open'; readonly id: string; readonly target: Target; readonly point: number }
  | { readonly order: 'hold' | 'release' | 'close'; readonly id: string };

const NO_BYTES = Buffer.alloc(0);

/** An order as a record. Orders are rare beside messages, so they are plain JSON. */
export function orderRecord(order: HomeOrder | WorkerOrder): HandedRecord {
  return { kind: 'order', number: 0, name: '', bytes: Buffer.from(JSON.stringify(order)) };
}

/** The order in a record of the other side, which is the same program. */
export function readOrder<T extends HomeOrder | WorkerOrder>({ bytes }: HandedRecord): T {
  return JSON.parse(bytes.toString()) as T;
}

/** What the others are told of a connection. */
export function streamFacts(flow: Flow, point: number, asked: string | undefined): StreamFacts {
  const { id, localAddress, localPort, remoteAddress, remotePort, peerCertificate } = flow;
  return { id, point, localAddress, localPort, remoteAddress, remotePort, peerCertificate, asked };
}

/** A message of a connection, for the worker that owns it. */
export function streamRecord(flowId: string, bytes: Buffer): HandedRecord {
  return { kind: 'stream', number: 0, name: flowId, bytes };
}

/** Bytes for a connection of home; `send` is 0 when nobody wants to hear of errors. */
export function sendRecord(flowId: string, send: number, bytes: Buffer = NO_BYTES): HandedRecord {
  return { kind: 'send', number: send, name: flowId, bytes };
}

/** A datagram for the worker that owns it. */
export function datagramRecord(point: number, address: string, port: number, bytes: Buffer): HandedRecord {
  return { kind: 'datagram', number: point * 0x10000 + port, name: address, bytes };
}

/** Where a handed-over datagram came in, and from which port. */
export function readSource({ number }: HandedRecord): { readonly point: number; readonly port: number } {
  return { point: number >>> 16, port: number & 0xffff };
}
