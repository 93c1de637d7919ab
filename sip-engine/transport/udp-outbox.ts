import type { Socket } from 'node:dgram';
import { isPort } from './address-book.ts';
import { TransportFault, toTransportFault } from './errors.ts';
import type { ManyDatagrams } from './many-datagrams.ts';
import type { TransportContext } from './transport-context.ts';
import type { Flow, TransportError } from './types.ts';
import type { WatchedPeers } from './watched-peers.ts';

export type OnError = (error: TransportError) => void;

/** Whether "port unreachable" is waited for, as for requests of ours; the peer may have been heard so lately that it lives. */
export type Watch = 'no' | 'unless_heard' | 'yes';

interface Outgoing {
  readonly bytes: Buffer;
  readonly port: number;
  readonly address: string;
  readonly onError: OnError | undefined;
  readonly watch: Watch;
}

/** What a socket's datagrams leave by. */
export interface OutboxWays {
  readonly socket: Socket;
  /** Absent where dgram sends each by itself. */
  readonly datagrams: ManyDatagrams | undefined;
  readonly watched: WatchedPeers | undefined;
  readonly flowTo: (address: string, port: number) => Flow;
}

/** What an IPv4 UDP datagram can carry at most. */
const MAX_PAYLOAD_BYTES = 65_507;
const OVERSIZE_WARNING_EVERY_MS = 60_000;
const ASKED_EVERY = 32;

/** The datagrams of one socket that leave together, at the end of the turn at the latest. */
export class UdpOutbox {
  readonly #ways: OutboxWays;
  readonly #context: TransportContext;
  readonly #flushLater = (): void => {
    this.#isFlushAwaited = false;
    this.flush();
  };
  #waiting: Outgoing[] = [];
  #isFlushAwaited = false;
  /** What has been added to the datagrams that the system is given next. */
  #added: Outgoing[] = [];
  /** What waits in dgram, as far as it was asked. */
  #queuedBytes = 0;
  #closed = false;
  #warnedMs = Number.NEGATIVE_INFINITY;

  constructor(ways: OutboxWays, context: TransportContext) {
    this.#ways = ways;
    this.#context = context;
  }

  send(bytes: Buffer, address: string, port: number, watch: Watch, onError: OnError | undefined): void {
    if (this.#closed) {
      this.#refuse('closed', 'the socket is closed', onError);
      return;
    }
    if (!isPort(port)) {
      this.#refuse('unreachable', `no port ${port}`, onError);
      return;
    }
    if (bytes.length > MAX_PAYLOAD_BYTES) {
      this.#refuse('too_large', `${bytes.length} bytes do not fit a datagram`, onError);
      return;
    }
    if (bytes.length > this.#context.limits.mtuBytes) this.#warnOversize(bytes.length, address);
    this.#waiting.push({ bytes, port, address, onError, watch });
    if (this.#isFlushAwaited) return;
    this.#isFlushAwaited = true;
    setImmediate(this.#flushLater);
  }

  /** Sends what waits; from then on everything is refused, and the socket can be closed. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  /** Sends what waits now. */
  flush(): void {
    const outbox = this.#waiting;
    if (outbox.length === 0) return;
    this.#waiting = [];
    for (let index = 0; index < outbox.length; index += 1) {
      const outgoing = outbox[index];
      if (outgoing === undefined) continue;
      // The system takes nearly all at once, so that now and then is often enough to ask how many wait.
      if (index % ASKED_EVERY === 0) this.#askQueued();
      if (!this.#mayLeave(outgoing)) continue;
      if (!this.#add(outgoing)) this.#sendAlone(outgoing);
    }
    this.#write();
  }

  /** False when it is refused. */
  #mayLeave({ bytes, port, address, onError, watch }: Outgoing): boolean {
    if (this.#closed) {
      this.#refuse('closed', 'the socket is closed', onError);
      return false;
    }
    if (this.#queuedBytes > this.#context.limits.udpQueueBytes) {
      this.#refuse('queue_full', 'the system takes no more datagrams', onError);
      return false;
    }
    this.#context.sentDatagram(bytes, this.#ways.flowTo, address, port);
    if (watch !== 'no' && onError !== undefined) this.#ways.watched?.watch(address, port, onError, watch === 'yes');
    return true;
  }

  #add(outgoing: Outgoing): boolean {
    const { datagrams } = this.#ways;
    // What dgram keeps waiting goes first.
    if (datagrams === undefined) return false;
    const { bytes, address, port } = outgoing;
    if (this.#queuedBytes > 0 || !datagrams.add(bytes, address, port)) {
      this.#write();
      if (this.#queuedBytes > 0 || !datagrams.add(bytes, address, port)) return false;
    }
    this.#added.push(outgoing);
    return true;
  }

  /** What the system does not take, for whatever reason, is left to dgram: it tells the reason, or waits and tries again. */
  #write(): void {
    const { datagrams } = this.#ways;
    const added = this.#added;
    if (datagrams === undefined || added.length === 0) return;
    this.#added = [];
    const order = datagrams.order();
    for (let done = 0; done < added.length; ) {
      const taken = this.#queuedBytes > 0 ? 0 : datagrams.write(done);
      done += taken;
      const refused = taken > 0 ? undefined : added[order[done] ?? 0];
      if (refused === undefined) continue;
      this.#sendAlone(refused);
      done += 1;
      this.#askQueued();
    }
    datagrams.clear();
  }

  #askQueued(): void {
    this.#queuedBytes = this.#closed ? 0 : this.#ways.socket.getSendQueueSize();
  }

  #sendAlone(outgoing: Outgoing): void {
    const { bytes, port, address } = outgoing;
    const { socket } = this.#ways;
    try {
      if (outgoing.onError === undefined) socket.send(bytes, port, address);
      else socket.send(bytes, port, address, (error) => error !== null && this.#fail(outgoing, error));
    } catch (error) {
      this.#fail(outgoing, error);
    }
  }

  /** Its sender is told once, and not of what becomes of the peer. */
  #fail({ address, port, onError, watch }: Outgoing, error: unknown): void {
    if (watch !== 'no' && onError !== undefined) this.#ways.watched?.forget(address, port, onError);
    this.#report(error, onError);
  }

  #refuse(code: TransportError['code'], text: string, onError: OnError | undefined): void {
    this.#report(new TransportFault(code, text), onError);
  }

  #report(error: unknown, onError: OnError | undefined): void {
    const fault = toTransportFault(error);
    this.#context.count('transport_errors', fault.code);
    if (onError !== undefined) setImmediate(() => onError(fault));
  }

  /** Features P19: a large datagram is sent as it is, and said so; switching to TCP would lose the flow. */
  #warnOversize(size: number, address: string): void {
    this.#context.count('udp_oversize');
    const now = this.#context.clock.nowMs();
    if (now - this.#warnedMs < OVERSIZE_WARNING_EVERY_MS) return;
    this.#warnedMs = now;
    const { mtuBytes } = this.#context.limits;
    this.#context.logger.warn({ size, mtuBytes, address }, 'UDP message above the MTU, IP will fragment it');
  }
}
