import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { OpenAddresses } from '../../config/index.ts';

/** An address that was judged, and a look-up that gives no other. */
export interface Pinned {
  readonly address: string;
  readonly lookup: LookupFunction;
}

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** Where webhooks may go: public addresses, and the private ones that the operator allows. */
export class AddressGuard extends OpenAddresses {
  readonly #resolve: Resolve;

  /** @param allow ranges such as `10.0.0.0/8`, or single addresses */
  constructor(allow: readonly string[], resolve: Resolve = resolveAll) {
    super(allow);
    this.#resolve = resolve;
  }

  /**
   * Looks a host up once; the connection is then made to the very address that was judged, so that a name
   * which changes between look-up and connection gains nothing. One forbidden address among several is enough.
   * @throws Error in words for the delivery log
   */
  async pin(host: string): Promise<Pinned> {
    const bare = host.replace(/^\[|\]$/g, '');
    const found = isIP(bare) > 0 ? [{ address: bare, family: isIP(bare) }] : await this.#resolve(bare);
    const forbidden = found.find(({ address }) => !this.allows(address));
    if (forbidden !== undefined) throw new Error(`${forbidden.address} is not a public address`);
    const [first] = found;
    if (first === undefined) throw new Error(`${host} has no address`);
    const lookup: LookupFunction = (_host, options, callback) => {
      if (options.all === true) callback(null, [first]);
      else callback(null, first.address, first.family);
    };
    return { address: first.address, lookup };
  }
}

function resolveAll(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(host, { all: true }, (error, addresses) => {
      if (error === null) resolve(addresses);
      else reject(new Error(`${host} cannot be looked up (${error.code ?? 'unknown'})`));
    });
  });
}
