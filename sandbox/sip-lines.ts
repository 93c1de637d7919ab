import { randomBytes } from 'node:crypto';
import type { NewPbx, SipPort, SipQueries, SipQuery } from '../admin/index.ts';
import { type Store, TenancyError, toTrunkRecord, updateCarrier } from '../tenancy/index.ts';
import { CARRIER_ADDRESS, CARRIER_NAME } from './begin-world.ts';
import type { SimulatedPbxAgent } from './sip/simulated-pbx.ts';

/** A PBX for a trunk of the world, which logs in as that trunk. @throws TenancyError for one without a password */
export async function createPbx(
  store: Store,
  { trunkId, behaviour, password }: NewPbx,
  id: number,
  serverPort: number,
): Promise<SimulatedPbxAgent> {
  const row = await store.db.selectFrom('trunks').selectAll().where('id', '=', trunkId).executeTakeFirstOrThrow();
  const { ha1 } = toTrunkRecord(row, store.secrets);
  const { accountId, uuid, realm, username } = row;
  if (Object.keys(ha1).length === 0)
    throw new TenancyError('validation_failed', 'trunk: has no password to register with', { field: 'trunk' });
  const login = password === undefined ? { username, ha1 } : { username, password };
  const { SimulatedPbxAgent } = await import('./sip/simulated-pbx.ts');
  const trunk = { id: trunkId, accountId, uuid, realm };
  return new SimulatedPbxAgent({ id, trunk, login, behaviour, serverPort }, randomHex);
}

/** Calls out go to the simulated carrier where it listens now. */
export function pointCarrier(store: Store, port: number): Promise<unknown> {
  const gateways = [{ host: CARRIER_ADDRESS, port, transport: 'udp', priority: 1, weight: 1 }] as const;
  return store.write((context) => updateCarrier(context, CARRIER_NAME, { gateways }));
}

/** What a SIP side that does not run would answer: nobody is registered, nobody calls. */
export function silentQueries(store: Store): SipPort {
  const answers: { readonly [Q in Exclude<SipQuery, 'explain'>]: () => Promise<SipQueries[Q]['answer']> } = {
    registrations: async () => {
      const states = await store.db.selectFrom('trunkStates').select(['trunkId', 'sinceMs', 'cause']).execute();
      return states.map(({ trunkId, sinceMs, cause }) => ({
        ...{ trunkId, state: 'offline', sinceMs, contacts: [] },
        reason: (cause ?? 'unregistered') as NonNullable<SipQueries['registrations']['answer'][number]['reason']>,
      }));
    },
    bans: async () => [],
    lift_ban: async () => false,
    stats: async () => ({ listening: [], trunksRegistered: 0, callsActive: 0 }),
    carrier_registrations: async () => [],
  };
  return { request: async (name) => (await answers[name as keyof typeof answers]()) as never };
}

function randomHex(length: number): string {
  return randomBytes(length).toString('hex').slice(0, length);
}
