import { hostname, networkInterfaces } from 'node:os';
import type { SipConfig } from '../../config/index.ts';

/** Host names and addresses that mean this machine: a PBX that registers to one of them uses the default realm. */
export function ownNames(sip: SipConfig): readonly string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const external = sip.external === undefined ? [] : [sip.external.replace(/:\d+$/, '')];
  return [hostname(), 'localhost', ...sip.hosts, ...external, ...addresses.map((entry) => entry.address)];
}
