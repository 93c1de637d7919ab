import type { EngineClock, EngineCounter, EngineLogger, EnginePorts } from '../ports.ts';
import { AddressBook } from './address-book.ts';
import { ByteBudget } from './byte-budget.ts';
import { CertificateStore } from './certificate-store.ts';
import { KnownPeers } from './known-peers.ts';
import { resolveOptions, type TransportLimits, type TransportOptions } from './options.ts';
import type { FrameFault } from './stream-framer.ts';
import type { Flow, TransportEvents } from './types.ts';

/** What every socket of one transport layer shares. */
export class TransportContext {
  readonly limits: TransportLimits;
  readonly addresses: AddressBook;
  readonly clock: EngineClock;
  readonly logger: EngineLogger;
  /** Memory for messages that have begun and not ended. */
  readonly partials: ByteBudget;
  /** `undefined` when TLS is not configured. */
  readonly certificates: CertificateStore | undefined;
  /** `undefined` when everybody may be sent to. */
  readonly knownPeers: KnownPeers | undefined;
  readonly #events: TransportEvents;
  readonly #ports: EnginePorts;
  /** Sockets that hold more than a turn can read. */
  #behind = 0;

  /** @throws Error when a network is not in CIDR notation. */
  constructor(options: TransportOptions, events: TransportEvents, ports: EnginePorts) {
    this.limits = resolveOptions(options);
    this.partials = new ByteBudget(this.limits.maxPartialBytes);
    this.addresses = new AddressBook(() => ports.clock.nowMs(), this.limits.localNetworks);
    this.certificates = options.tls && new CertificateStore(options.tls, ports.clock, ports.logger);
    this.knownPeers = options.onlyPeers && new KnownPeers(options.onlyPeers);
    this.clock = ports.clock;
    this.logger = ports.logger;
    this.#events = events;
    this.#ports = ports;
  }

  count(name: EngineCounter, label?: string): void {
    this.#ports.counters.count(name, label);
  }

  /**
   * Hands a message up; true when it has set nothing going. What the upper layers throw ends here: one bad message must not
   * end the socket.
   */
  deliver(bytes: Buffer, flow: Flow, fault?: FrameFault): boolean {
    this.count('messages_in', flow.transport);
    this.knownPeers?.hear(flow.remoteAddress, flow.remotePort);
    try {
      if (fault === undefined) return this.#events.onMessage(bytes, flow) === true;
      this.#events.onMessage(bytes, flow, fault);
    } catch (error) {
      this.logger.error({ err: error, flow: flow.id }, 'message handler threw');
    }
    return false;
  }

  /** One of the sockets holds more than a turn can read, or no longer. */
  tellBehind(isBehind: boolean): void {
    this.#behind += isBehind ? 1 : -1;
    this.#events.onBehind?.(this.#behind > 0);
  }

  /** Counts a datagram that goes out and shows it to a listener; the flow is made only for one. */
  sentDatagram(bytes: Buffer, flowTo: (address: string, port: number) => Flow, address: string, port: number): void {
    this.count('messages_out', 'udp');
    this.#events.onSent?.(bytes, flowTo(address, port));
  }

  /** Counts what goes out and shows it to a listener. */
  sent(bytes: Buffer, flow: Flow): void {
    this.count('messages_out', flow.transport);
    this.#events.onSent?.(bytes, flow);
  }

  flowClosed(flow: Flow, reason: string): void {
    this.count('connections_closed', reason);
    try {
      this.#events.onFlowClosed(flow, reason);
    } catch (error) {
      this.logger.error({ err: error, flow: flow.id }, 'flow-closed handler threw');
    }
  }

  /** False when the owner of the engine does not want to hear from that address (bans). */
  admits(address: string, transport: Flow['transport']): boolean {
    return this.#events.onConnection?.(address, transport) !== false;
  }
}
