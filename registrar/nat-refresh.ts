import { isIP } from 'node:net';
import type { InboundRequest } from '../auth/index.ts';
import { BoundedMap, isSameAddress } from '../auth/index.ts';
import type { RegistrationConfig } from '../config/index.ts';
import { type Binding, isConnection } from './binding.ts';
import type { ContactSpec } from './parse-contacts.ts';

const MOST_TRUNKS = 100_000;

/** How much longer each refresh over an unchanged mapping lets the next one be. */
const GROWTH = 1.25;

/**
 * Adapts the granted time to what the NAT in front of a PBX keeps: a mapping that changed before the refresh halves it,
 * refreshes over an unchanged mapping let it grow back. PBXes that never lost a mapping get what they ask for.
 */
export class NatRefresh {
  readonly #config: RegistrationConfig;
  readonly #caps = new BoundedMap<number, number>(MOST_TRUNKS);

  constructor(config: RegistrationConfig) {
    this.#config = config;
  }

  /** Seconds that this trunk's NAT is trusted for, `undefined` without a reason to doubt it. */
  capSec(request: InboundRequest, contact: ContactSpec, trunkId: number): number | undefined {
    if (this.#caps.size === 0) return undefined;
    return isConnection(request.transport) || !isBehindNat(contact.host, request.sourceAddress)
      ? undefined
      : this.#caps.get(trunkId);
  }

  /** A refresh came for a UDP binding, over the old mapping or a new one. */
  observe(binding: Binding, hasMoved: boolean, nowMs: number): void {
    // Nothing is known of any NAT, and nothing new is learnt.
    if (isConnection(binding.transport) || (!hasMoved && this.#caps.size === 0)) return;
    const cap = this.#caps.get(binding.trunkId);
    const { minExpiresSec, maxExpiresSec } = this.#config;
    if (hasMoved && binding.expiresAtMs > nowMs) {
      const grantedSec = (binding.expiresAtMs - binding.refreshedAtMs) / 1000;
      this.#caps.set(binding.trunkId, Math.max(minExpiresSec, Math.floor(Math.min(cap ?? grantedSec, grantedSec) / 2)));
    } else if (cap !== undefined) {
      const grown = Math.ceil(cap * GROWTH);
      if (grown >= maxExpiresSec) this.#caps.delete(binding.trunkId);
      else this.#caps.set(binding.trunkId, grown);
    }
  }
}

/** The Contact names an address that is not where the packets come from. */
export function isBehindNat(contactHost: string, sourceAddress: string): boolean {
  return isIP(contactHost) !== 0 && !isSameAddress(contactHost, sourceAddress);
}
