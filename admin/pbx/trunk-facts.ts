import type { AdminDeps } from '../deps.ts';
import type { DidRow, TrunkRow } from '../store-port.ts';
import { PASSWORD_PLACEHOLDER, type PbxFacts } from './pbx-facts.ts';
import type { SipAccess } from './sip-access.ts';

/** Numbers that a configuration lists; a PBX with more takes a pattern. */
const MOST_NUMBERS = 1000;

/** What a configuration says about a trunk; `password` only where it was made just now. */
export async function factsOf(deps: AdminDeps, trunk: TrunkRow, password: string | null): Promise<PbxFacts> {
  const visible = new Set([trunk.accountId]);
  const slice = { afterId: 0, offset: 0, limit: MOST_NUMBERS };
  const { rows } = await deps.store.dids.list(visible, slice, { trunkId: trunk.id });
  const { access } = deps;
  return {
    name: trunk.name,
    label: labelOf(trunk),
    authType: trunk.authType,
    realm: trunk.realm,
    username: trunk.username,
    password: password ?? PASSWORD_PLACEHOLDER,
    proxy: proxyFor(trunk.realm, access),
    port: access.port,
    tlsPort: access.tlsPort,
    addresses: access.addresses,
    expiresSec: access.expiresSec,
    dids: rows.map(numberOf),
    maxCalls: callsOf(trunk),
  };
}

/** `didfarm-acme-corp-7`: the id keeps trunks of like names apart. */
function labelOf(trunk: TrunkRow): string {
  const words = trunk.name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return ['didfarm', words, String(trunk.id)].filter((part) => part !== '').join('-');
}

/** None when the name in the credentials is the very host. */
function proxyFor(realm: string, access: SipAccess): SipAccess['proxy'] {
  return access.proxy?.host === realm && access.proxy.port === access.port ? null : access.proxy;
}

/** A block of 10^n numbers by its common beginning and `*`. */
function numberOf(did: DidRow): string {
  const zeros = Math.log10(did.blockSize);
  if (did.blockSize === 1) return did.number;
  if (Number.isInteger(zeros) && did.number.endsWith('0'.repeat(zeros))) return `${did.number.slice(0, -zeros)}*`;
  return `${did.number} and the ${did.blockSize - 1} after it`;
}

function callsOf(trunk: TrunkRow): number | null {
  const ceilings = [trunk.maxIn, trunk.maxOut].filter((ceiling) => ceiling !== null && ceiling >= 0);
  return ceilings.length < 2 ? null : ceilings.reduce<number>((sum, ceiling) => sum + (ceiling ?? 0), 0);
}
