import { type AddressBook, bracket, isWildcard, normalizeAddress } from './address-book.ts';
import type { ListenPoint, ListenSpec } from './types.ts';

/** Makes the listen point of a socket that was bound to `host` and `port`. */
export function createListenPoint(spec: ListenSpec, host: string, port: number, addresses: AddressBook): ListenPoint {
  const own = { ...spec, host, port };
  return Object.freeze({
    ...own,
    advertisedFor: (remote: string) => advertised(own, remote, addresses),
    isAt: (address: string) => (isWildcard(host) ? addresses.isOwn(address) : normalizeAddress(host) === address),
  });
}

/**
 * The external address is told to the outside, the bound one to our own networks: a PBX in the same LAN
 * often cannot reach our public address (no NAT hairpin).
 */
function advertised(spec: ListenSpec, remote: string, addresses: AddressBook): { host: string; port: number } {
  if (spec.externalHost !== undefined && !addresses.isLocal(remote, spec.host)) {
    return { host: bracket(spec.externalHost), port: spec.externalPort ?? spec.port };
  }
  return { host: bracket(addresses.hostFor(spec.host, remote)), port: spec.port };
}

/** How well a socket bound to `point` serves `remote`; higher is better, negative cannot work. */
export function fitness(point: ListenPoint, remote: string, addresses: AddressBook): number {
  if (point.host.includes(':') !== remote.includes(':')) return -1;
  const source = addresses.sourceFor(remote);
  if (point.host === source) return 4;
  if (isWildcard(point.host)) return 3;
  if (addresses.isLocal(remote, point.host) && !isLoopback(point.host)) return 2;
  if (isLoopback(point.host)) return isLoopback(remote) ? 2 : 0;
  return 1;
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
