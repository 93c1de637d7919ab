import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Libc } from './libc.ts';
import type { MessageBlock } from './message-block.ts';

export const AF_INET = 2;
export const AF_INET6 = 10;
/** `sockaddr_in`: family 0, port 2, address 4. `sockaddr_in6`, the longer: family 0, port 2, flow 4, address 8, scope 24. */
export const RAW_ADDRESS_BYTES = 28;
const IPV4_BYTES = 16;
const TEXT_BYTES = 46;
const INTERFACE_NAME_BYTES = 16;
const ZERO = 48;
const NINE = 57;
const DOT = 46;

/** A power of two: as many addresses have their text kept. */
const KEPT = 16_384;
const MOST_WRITTEN = 4_096;

/**
 * Addresses of datagrams, from the system's form to text and back. Texts are kept, so that a peer that is heard often
 * costs none, in places by a hash of the address: a newer one takes the place of an older, and there are never more.
 */
export class RawAddresses {
  readonly #libc: Libc;
  readonly #ipv6: boolean;
  readonly #texts: (string | undefined)[] = new Array<string | undefined>(KEPT).fill(undefined);
  /** The words of the address, and of IPv6 its scope, that stand in each place. */
  readonly #keys: Int32Array;
  readonly #keyWords: number;
  readonly #keyAt: number;
  readonly #written = new Map<string, Uint8Array>();

  constructor(libc: Libc, ipv6: boolean) {
    this.#libc = libc;
    this.#ipv6 = ipv6;
    this.#keyAt = ipv6 ? 8 : 4;
    this.#keyWords = ipv6 ? 5 : 1;
    this.#keys = new Int32Array(KEPT * this.#keyWords);
  }

  port({ bytes }: MessageBlock, at: number): number {
    return ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  }

  text(block: MessageBlock, at: number): string {
    const from = (at + this.#keyAt) / 4;
    const place = this.#placeOf(block.words, from);
    const known = this.#texts[place];
    if (known !== undefined && this.#isAt(place, block.words, from)) return known;
    const text = this.#read(block.bytes, at);
    this.#keys.set(block.words.subarray(from, from + this.#keyWords), place * this.#keyWords);
    this.#texts[place] = text;
    return text;
  }

  /** Writes address and port; how many bytes they take, 0 for an address that this socket cannot write. */
  write(bytes: Uint8Array, at: number, address: string, port: number): number {
    bytes[at] = this.#ipv6 ? AF_INET6 : AF_INET;
    bytes[at + 2] = port >> 8;
    bytes[at + 3] = port;
    if (!this.#ipv6) return writeIPv4(address, bytes, at + 4) ? IPV4_BYTES : 0;
    const raw = this.#written.get(address) ?? this.#parseIPv6(address);
    if (raw === undefined) return 0;
    bytes.set(raw, at + 8);
    return RAW_ADDRESS_BYTES;
  }

  #placeOf(words: Int32Array, from: number): number {
    let hash = 0;
    for (let index = 0; index < this.#keyWords; index++) {
      hash = Math.imul(hash ^ (words[from + index] ?? 0), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash & (KEPT - 1);
  }

  #isAt(place: number, words: Int32Array, from: number): boolean {
    const key = place * this.#keyWords;
    for (let index = 0; index < this.#keyWords; index++) {
      if (this.#keys[key + index] !== words[from + index]) return false;
    }
    return true;
  }

  #read(bytes: Buffer, at: number): string {
    if (!this.#ipv6) return `${bytes[at + 4]}.${bytes[at + 5]}.${bytes[at + 6]}.${bytes[at + 7]}`;
    const raw = bytes.subarray(at + 8, at + 24);
    const text = this.#libc.inet_ntop(AF_INET6, raw, new Uint8Array(TEXT_BYTES), TEXT_BYTES);
    const scope = bytes.readUInt32LE(at + 24);
    const isLinkLocal = raw[0] === 0xfe && ((raw[1] ?? 0) & 0xc0) === 0x80;
    if (!isLinkLocal || scope === 0) return text;
    return `${text}%${this.#libc.if_indextoname(scope, new Uint8Array(INTERFACE_NAME_BYTES)) ?? scope}`;
  }

  /** `undefined` for one with a zone, too: its interface would have to be asked for each time. */
  #parseIPv6(address: string): Uint8Array | undefined {
    if (!isIPv6(address) || address.includes('%')) return undefined;
    const raw = Uint8Array.from(ipaddr.IPv6.parse(address).toByteArray());
    if (this.#written.size >= MOST_WRITTEN) this.#written.clear();
    this.#written.set(address, raw);
    return raw;
  }
}

/** Made for addresses that have been found to be some: digits and three dots are all that is looked for. */
function writeIPv4(address: string, bytes: Uint8Array, at: number): boolean {
  let part = 0;
  let dots = 0;
  for (let index = 0; index < address.length; index++) {
    const char = address.charCodeAt(index);
    if (char === DOT) {
      if (dots === 3) return false;
      bytes[at + dots] = part;
      part = 0;
      dots++;
    } else if (char >= ZERO && char <= NINE) part = part * 10 + char - ZERO;
    else return false;
  }
  bytes[at + 3] = part;
  return dots === 3;
}
