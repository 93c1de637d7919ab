import { isIP } from 'node:net';
import type { RealmRecord } from '../bus/index.ts';
import type { Rejection } from '../telemetry/index.ts';

export interface RealmDirectory {
  readonly platformRealm: string;
  findRealm(realm: string): RealmRecord | undefined;
}

export interface RealmResolverOptions {
  readonly directory: RealmDirectory;
  /** Realm for an IP literal, localhost and our own names; `'off'` refuses them. @default the platform realm */
  readonly defaultRealm: string | undefined;
  /** The node's own host names and advertised addresses. */
  readonly ownNames: readonly string[];
}

export type RealmResolution =
  | { readonly realm: RealmRecord; readonly isDefault: boolean }
  | { readonly realm: undefined; readonly rejection: Rejection };

/** Domain = realm = tenant (F-031), with the default realm for PBXes that register to an address (A12). */
export class RealmResolver {
  readonly #directory: RealmDirectory;
  readonly #defaultRealm: string | undefined;
  readonly #ownNames: ReadonlySet<string>;

  constructor(options: RealmResolverOptions) {
    this.#directory = options.directory;
    this.#defaultRealm = options.defaultRealm;
    this.#ownNames = new Set(['localhost', ...options.ownNames.map((name) => name.toLowerCase())]);
  }

  /** The realm that the host part of a Request-URI, To or From stands for. */
  resolve(host: string): RealmResolution {
    const named = this.#directory.findRealm(host);
    if (named !== undefined) return { realm: named, isDefault: false };
    if (!this.isOwnName(host)) return this.#refuse(`You sent ${host}, expected ${this.#expected()}.`);
    if (this.#defaultRealm === 'off') {
      return this.#refuse(`You sent ${host}, expected a SIP domain: addresses are not accepted here.`);
    }
    const name = this.#defaultRealm ?? this.#directory.platformRealm;
    const realm = this.#directory.findRealm(name);
    return realm === undefined
      ? this.#refuse(`You sent ${host}; its default realm ${name} does not exist.`)
      : { realm, isDefault: true };
  }

  /**
   * The realm of a request with two domains, that of the Request-URI and that of To or From: a name beats an address,
   * and any unknown name is refused (interface.md, Digest).
   */
  resolveBoth(requestHost: string, addressHost: string): RealmResolution {
    const byRequest = this.resolve(requestHost);
    if (byRequest.realm === undefined) {
      return this.isOwnName(requestHost) && this.#isServed(addressHost) ? this.resolve(addressHost) : byRequest;
    }
    if (addressHost === requestHost || addressHost === '') return byRequest;
    const byAddress = this.resolve(addressHost);
    if (this.isOwnName(addressHost) && !this.#isServed(addressHost)) return byRequest;
    return byAddress.realm === undefined || byRequest.isDefault ? byAddress : byRequest;
  }

  /** An IP literal, localhost, or a name of this node: it names the machine, not a tenant. */
  isOwnName(host: string): boolean {
    return isIP(host) !== 0 || this.#ownNames.has(host.toLowerCase());
  }

  #isServed(host: string): boolean {
    return this.#directory.findRealm(host) !== undefined;
  }

  #expected(): string {
    return this.#directory.platformRealm;
  }

  #refuse(sentence: string): RealmResolution {
    return { realm: undefined, rejection: { status: 403, reason: 'unknown_realm', sentence } };
  }
}
