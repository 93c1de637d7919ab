import ipaddr from 'ipaddr.js';
import type { SipMessage } from '../message/index.ts';
import type { Timer } from '../timer/index.ts';
import type { Flow } from '../transport/index.ts';
import { firstUri, readUri } from './routes.ts';
import type { ProxyDeps } from './types.ts';

/** One end of a proxied dialog, as it was seen from here. */
interface Side {
  readonly tag: string;
  /** The way to it, when it is our neighbour. */
  flow: Flow | undefined;
}

interface ProxiedDialog {
  readonly caller: Side;
  readonly callee: Side;
  readonly expiry: Timer;
}

/** A dialog whose BYE took another way is forgotten after this. */
const KEEP_MS = 12 * 3_600_000;

/**
 * The flows of dialogs that run through us. A PBX behind NAT names a private address in its Contact; its
 * in-dialog requests then go over the flow it was last seen on, which a plain RFC 3261 proxy does not know.
 */
export class ProxiedDialogs {
  readonly #deps: ProxyDeps;
  readonly #dialogs = new Map<string, ProxiedDialog>();

  constructor(deps: ProxyDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#dialogs.size;
  }

  /** After a 2xx to a request that we record-routed. */
  remember(request: SipMessage, from: Flow, response: SipMessage, to: Flow): void {
    const key = dialogKey(response.callId, response.fromTag, response.toTag);
    this.#dialogs.get(key)?.expiry.cancel();
    const callerIsNeighbour = request.headerValues('via').length === 1;
    const top = firstUri(response, 'record-route');
    const calleeIsNeighbour = top !== undefined && this.#deps.isOwnUri(top);
    this.#dialogs.set(key, {
      caller: { tag: request.fromTag, flow: callerIsNeighbour ? from : undefined },
      callee: { tag: response.toTag, flow: calleeIsNeighbour ? to : undefined },
      expiry: this.#deps.wheel.after(KEEP_MS, () => void this.#dialogs.delete(key)),
    });
  }

  /** The flow that gets a request inside the dialog to its target, when the target's own address would not. */
  flowFor(request: SipMessage, uri: string): Flow | undefined {
    const dialog = this.#dialogs.get(keyOf(request));
    if (dialog === undefined) return undefined;
    const { flow } = request.fromTag === dialog.caller.tag ? dialog.callee : dialog.caller;
    if (flow === undefined || flow.closed) return undefined;
    return flow.reliable || isHidden(uri, flow) ? flow : undefined;
  }

  /** A request of one side came over that flow: a client behind NAT or on a connection may have a new one. */
  learn(request: SipMessage, flow: Flow): void {
    const dialog = this.#dialogs.get(keyOf(request));
    if (dialog === undefined) return;
    const side = request.fromTag === dialog.caller.tag ? dialog.caller : dialog.callee;
    if (side.flow !== undefined) side.flow = flow;
  }

  /** The way back to the caller of a dialog, for a response of the callee. */
  flowBack(response: SipMessage): Flow | undefined {
    return this.#dialogs.get(keyOf(response))?.caller.flow;
  }

  /** After the BYE. */
  forget(request: SipMessage): void {
    const key = keyOf(request);
    this.#dialogs.get(key)?.expiry.cancel();
    this.#dialogs.delete(key);
  }
}

const NOT_PUBLIC: ReadonlySet<string> = new Set(['private', 'carrierGradeNat', 'uniqueLocal', 'linkLocal']);

/** A private address that is not the one the peer was seen at. */
function isHidden(uri: string, flow: Flow): boolean {
  const host = readUri(uri)?.host ?? '';
  if (host === flow.remoteAddress) return false;
  if (ipaddr.isValid(host)) return NOT_PUBLIC.has(ipaddr.process(host).range());
  return host.endsWith('.invalid');
}

function keyOf(request: SipMessage): string {
  return dialogKey(request.callId, request.fromTag, request.toTag);
}

/** The same for both directions. */
function dialogKey(callId: string, oneTag: string, otherTag: string): string {
  return oneTag < otherTag ? `${callId} ${oneTag} ${otherTag}` : `${callId} ${otherTag} ${oneTag}`;
}
