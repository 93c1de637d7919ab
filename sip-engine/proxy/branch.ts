import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import type { Timer } from '../timer/index.ts';
import type { ClientTransaction } from '../transaction/types.ts';
import type { Flow, Target } from '../transport/index.ts';
import type { ProxyDeps } from './types.ts';

/** How one branch ended, seen from here. */
export type BranchEnd =
  | { readonly kind: 'response'; readonly response: SipMessage; readonly flow: Flow }
  /** No final response in time, or passed over. */
  | { readonly kind: 'timeout' }
  /** Nothing could be sent to it. */
  | { readonly kind: 'unreachable' };

export interface BranchEvents {
  /** It is on its way, on that flow. */
  onSent(branch: string, request: OutgoingMessage): void;
  /** 101 to 199. */
  onProvisional(response: SipMessage): void;
  /** A 2xx to INVITE, also after the end: repeated, or of another fork further on. */
  onSuccess(response: SipMessage, flow: Flow): void;
  /** Exactly once. */
  onEnd(end: BranchEnd): void;
  /** The client transaction of that branch parameter is gone. */
  onForgotten(branch: string): void;
}

export interface BranchSpec {
  readonly uri: string;
  /** The way there, where it is known. */
  readonly flow?: Flow;
  /** URI of the next hop, where it is not the target itself. */
  readonly via?: string;
  readonly isInvite: boolean;
  readonly provisionalTimeoutMs: number;
  readonly finalTimeoutMs: number;
  /** The request as it leaves on that flow. */
  build(flow: Flow): OutgoingMessage;
}

type ExtraHeaders = readonly (readonly [string, string])[];

const NO_HEADERS: ExtraHeaders = [];

/** One target of a proxied request: finds the way there, sends, and follows it to its one end. */
export class Branch {
  readonly spec: BranchSpec;
  readonly #deps: ProxyDeps;
  readonly #events: BranchEvents;
  #targets: readonly Target[] = [];
  #next = 0;
  #client: ClientTransaction | undefined;
  #timers: Timer[] = [];
  #timerC: Timer | undefined;
  #heard = false;
  #ended = false;

  constructor(spec: BranchSpec, deps: ProxyDeps, events: BranchEvents) {
    this.spec = spec;
    this.#deps = deps;
    this.#events = events;
  }

  get ended(): boolean {
    return this.#ended;
  }

  start(method: string): void {
    const { provisionalTimeoutMs, finalTimeoutMs, uri } = this.spec;
    if (provisionalTimeoutMs > 0) this.#arm(provisionalTimeoutMs, () => !this.#heard);
    if (finalTimeoutMs > 0) this.#arm(finalTimeoutMs, () => true);
    const flow = this.spec.flow ?? this.#deps.flowFor?.(method, uri);
    if (flow !== undefined) this.#send(flow);
    else this.#deps.resolve(this.spec.via ?? uri, (result) => this.#resolved(result));
  }

  /** RFC 3261 16.10: its final response, if one comes, still ends it. */
  cancel(headers: ExtraHeaders = NO_HEADERS): void {
    if (this.#client === undefined) this.#end({ kind: 'timeout' });
    else this.#cancelSent(headers);
  }

  #cancelSent(headers: ExtraHeaders): void {
    this.#timerC?.cancel();
    if (this.spec.isInvite && this.#client?.ended === false) this.#client.cancel(headers);
  }

  #resolved(result: readonly Target[] | Error): void {
    if (this.#ended) return;
    if (result instanceof Error) {
      this.#deps.ports.logger.debug({ err: result, uri: this.spec.uri }, 'a proxy target does not resolve');
      this.#end({ kind: 'unreachable' });
      return;
    }
    this.#targets = result;
    this.#tryNext();
  }

  /** RFC 3263 section 4.3: the next address when one does not answer at all. */
  #tryNext(): void {
    for (let target = this.#targets[this.#next++]; target !== undefined; target = this.#targets[this.#next++]) {
      const flow = this.#flowTo(target);
      if (flow === undefined) continue;
      this.#send(flow);
      return;
    }
    this.#end({ kind: 'unreachable' });
  }

  #flowTo(target: Target): Flow | undefined {
    try {
      return this.#deps.transport.flowTo(target);
    } catch (error) {
      this.#deps.ports.logger.debug({ err: error, target }, 'a proxy target cannot be reached');
      return undefined;
    }
  }

  #send(flow: Flow): void {
    const client: ClientTransaction = this.#deps.transactions.request(this.spec.build(flow), flow, {
      onResponse: (response, from) => this.#receive(response, from),
      onTimeout: () => this.#lost(client, { kind: 'timeout' }),
      onTransportError: () => this.#lost(client, { kind: 'unreachable' }),
      onEnd: () => this.#events.onForgotten(client.branch),
    });
    this.#client = client;
    this.#restartTimerC();
    this.#events.onSent(client.branch, client.request);
  }

  #lost(client: ClientTransaction, end: BranchEnd): void {
    if (client !== this.#client || this.#ended) return;
    const more = this.#next < this.#targets.length && !this.#heard;
    if (more) this.#tryNext();
    else this.#end(end);
  }

  #receive(response: SipMessage, flow: Flow): void {
    const { status } = response;
    this.#heard = true;
    if (status >= 200 && status < 300 && this.spec.isInvite) this.#events.onSuccess(response, flow);
    if (this.#ended) return;
    // RFC 3263 4.3: that server cannot serve anything now; the next one of this target may.
    if (status === 503 && this.#next < this.#targets.length) {
      this.#tryNext();
      return;
    }
    if (status >= 200) {
      this.#end({ kind: 'response', response, flow });
      return;
    }
    if (status === 100) return;
    this.#restartTimerC();
    this.#events.onProvisional(response);
  }

  /** RFC 3261 16.6 step 11 and 16.7 step 2: a ringing that never ends is ended here. */
  #restartTimerC(): void {
    if (!this.spec.isInvite) return;
    this.#timerC?.cancel();
    this.#timerC = this.#deps.wheel.after(this.#deps.timers.cMs, () => this.#passOver());
  }

  #arm(delayMs: number, applies: () => boolean): void {
    this.#timers.push(
      this.#deps.wheel.after(delayMs, () => {
        if (applies()) this.#passOver();
      }),
    );
  }

  /** Given up: a CANCEL goes out as soon as the target lets itself be heard (RFC 3261 9.1). */
  #passOver(): void {
    if (this.#ended) return;
    this.#cancelSent(NO_HEADERS);
    this.#end({ kind: 'timeout' });
  }

  #end(end: BranchEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timerC?.cancel();
    for (const timer of this.#timers) timer.cancel();
    this.#events.onEnd(end);
  }
}
