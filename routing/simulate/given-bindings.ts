import type { BindingRecord, TrunkRecord } from '../../bus/index.ts';
import type { Directory } from '../../tenancy/index.ts';
import type { RoutingBindings } from '../ports.ts';

/** Where made-up PBXes register from (RFC 3849: an address that nobody has). */
export const NOWHERE = '2001:db8:d1df:a200::1';

/** One made-up registration of every trunk that can register, but for those said to be offline. */
export class GivenBindings implements RoutingBindings {
  readonly #directory: Pick<Directory, 'findTrunk'>;
  readonly #isOffline: (trunkId: number) => boolean;

  constructor(directory: Pick<Directory, 'findTrunk'>, isOffline: (trunkId: number) => boolean) {
    this.#directory = directory;
    this.#isOffline = isOffline;
  }

  bindingsOf(trunkId: number): readonly BindingRecord[] {
    const trunk = this.#directory.findTrunk(trunkId);
    return trunk === undefined || trunk.authType === 'ip' || this.#isOffline(trunkId) ? [] : [bindingOf(trunk)];
  }

  hasBindingFrom(): boolean {
    return false;
  }

  findBindingBySource(): undefined {
    return undefined;
  }
}

function bindingOf(trunk: TrunkRecord): BindingRecord {
  const { id: trunkId, accountId, uuid, username, realm } = trunk;
  return {
    trunkId,
    accountId,
    aor: `sip:${username}@${realm}`,
    contact: `sip:${uuid}@pbx.invalid`,
    contactParams: '',
    instance: null,
    regId: null,
    q: 1,
    callId: 'simulated',
    cseq: 1,
    path: [],
    transport: 'udp',
    sourceAddress: NOWHERE,
    sourcePort: 5060,
    localAddress: '',
    localPort: 0,
    flowId: '',
    userAgent: '',
    registeredAtMs: 0,
    refreshedAtMs: 0,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
  };
}
