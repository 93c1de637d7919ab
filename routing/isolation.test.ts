import t from 'tap';
import type { TrunkRecord } from '../bus/index.ts';
import { accountRecord, carrierRecord, type DeltaFields, didRecord, trunkRecord } from '../tenancy/index.ts';
import { binding, invite, runInvite, testWorld } from './fixtures.ts';

/**
 * Two resellers with a customer each; user names, extensions and internal numbers are the same everywhere.
 * Account 1 > 11 and 2 > 12.
 */
const accounts = [
  accountRecord({ id: 1, isReseller: true }),
  accountRecord({ id: 11, parentId: 1 }),
  accountRecord({ id: 2, isReseller: true }),
  accountRecord({ id: 12, parentId: 2 }),
];
const realmOf = (accountId: number) => `a${accountId}.example`;
const trunks = accounts.flatMap(({ id }) => [
  trunkRecord({ id: id * 10, accountId: id, realm: realmOf(id), username: 'pbx' }),
  trunkRecord({ id: id * 10 + 1, accountId: id, realm: realmOf(id), username: '100', kind: 'extension' }),
  trunkRecord({ id: id * 10 + 2, accountId: id, realm: realmOf(id), username: '200', kind: 'extension' }),
]);
const didOf = (accountId: number) => `+3120000${String(accountId).padStart(4, '0')}`;
const fields: DeltaFields = {
  accounts,
  trunks,
  realms: accounts.map(({ id }) => ({ realm: realmOf(id), accountId: id, algorithms: ['MD5'] })),
  dids: accounts.map(({ id }) =>
    didRecord({ id, accountId: id, number: didOf(id), destination: { kind: 'trunk', trunkId: id * 10 } }),
  ),
  carriers: [carrierRecord({ id: 1, sources: ['127.0.0.2'] })],
};

const users = ['pbx', '100', '200', '0', '1002', ...accounts.map(({ id }) => didOf(id))];
const hosts = [...accounts.map(({ id }) => realmOf(id)), 'sip.didfarm.com', '127.0.0.1'];

function callFrom(trunk: TrunkRecord, user: string, host: string) {
  const world = testWorld(fields);
  world.bindings = trunks.map((callee) => binding(callee, { contact: `sip:${callee.id}@10.0.0.9` }));
  world.verdict = { kind: 'accepted', trunk };
  const headers = { 'proxy-authorization': 'Digest x' };
  const from = `<sip:${didOf(trunk.accountId)}@${realmOf(trunk.accountId)}>`;
  return runInvite(world, invite({ source: '192.0.2.1', uri: `sip:${user}@${host}`, from, headers }));
}

t.test('whoever calls whatever, a call crosses to another tenant only by the DID that was dialled', async (t) => {
  let inside = 0;
  let crossed = 0;
  for (const trunk of trunks) {
    for (const user of users) {
      for (const host of hosts) {
        const { context } = callFrom(trunk, user, host);
        for (const callee of context.options.map((option) => option.trunk)) {
          if (callee === undefined) t.fail('no carrier has a gateway here');
          else if (callee.accountId === trunk.accountId) inside += 1;
          else {
            crossed += 1;
            if (user !== didOf(callee.accountId)) t.fail(`${trunk.uuid} reached ${callee.uuid} by ${user}@${host}`);
          }
        }
      }
    }
  }
  const perTrunk = hosts.length;
  t.equal(inside, trunks.length * perTrunk * 3, 'two extensions and the own DID');
  t.equal(crossed, trunks.length * perTrunk * (accounts.length - 1), 'the DIDs of the others');
});

t.test("no tenant shows another tenant's number, that of its parent or that of its child included", async (t) => {
  const world = testWorld(fields);
  world.bindings = trunks.map((callee) => binding(callee));
  for (const trunk of trunks) {
    world.verdict = { kind: 'accepted', trunk };
    for (const { id } of accounts) {
      const headers = { 'proxy-authorization': 'Digest x', 'p-asserted-identity': `<sip:${didOf(id)}@x>` };
      const from = `<sip:${didOf(id)}@x>`;
      const uri = `sip:${didOf(12)}@sip.didfarm.com`;
      const { rejection } = runInvite(world, invite({ source: '192.0.2.1', uri, from, headers }));
      const expected = id === trunk.accountId ? undefined : 'caller_id_forbidden';
      t.equal(rejection?.reason, expected, `${trunk.uuid} as ${didOf(id)}`);
    }
  }
});
