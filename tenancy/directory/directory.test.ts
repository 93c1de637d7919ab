import t from 'tap';
import { accountRecord, carrierRecord, didRecord, directoryDelta, trunkRecord } from './fixtures.ts';
import { Directory, DirectoryGapError } from './index.ts';

const EMPTY = { upserts: [], deletes: [] };

t.test('the same user name in two realms is two identities, and realms ignore case', async (t) => {
  const directory = new Directory();
  const bistro = trunkRecord({ id: 1, accountId: 3, realm: 'bistro.example', username: '1002' });
  const clinic = trunkRecord({ id: 2, accountId: 4, realm: 'Clinic.example', username: '1002' });
  directory.apply(directoryDelta({ trunks: [bistro, clinic] }));
  t.equal(directory.findCredential('1002', 'bistro.example'), bistro);
  t.equal(directory.findCredential('1002', 'CLINIC.example'), clinic);
  t.equal(directory.findCredential('1002', 'sip.didfarm.com'), undefined);
  t.equal(directory.findCredential('1002 ', 'bistro.example'), undefined);
  t.equal(directory.findRealm('SIP.didfarm.com')?.accountId, null);
  t.equal(directory.findTrunkByUuid(clinic.uuid), clinic);
  t.strictSame(directory.trunksOf(3), [bistro]);
});

t.test('a delta that skips a version is refused and changes nothing', async (t) => {
  const directory = new Directory();
  directory.apply(directoryDelta({ version: 4, trunks: [trunkRecord({ id: 1 })] }));
  const late = { ...directoryDelta({ version: 6, reset: false }), trunks: { upserts: [], deletes: [1] } };
  t.throws(() => directory.apply(late), DirectoryGapError);
  t.equal(directory.version, 4);
  t.ok(directory.findTrunk(1));
  directory.apply({ ...late, version: 5 });
  t.equal(directory.findTrunk(1), undefined);
  t.equal(directory.findCredential('user_1', 'sip.didfarm.com'), undefined);
  t.strictSame(directory.trunksOf(1), []);
});

t.test('a user name that moves to another trunk in one delta belongs to the new one', async (t) => {
  const directory = new Directory();
  directory.apply(
    directoryDelta({ trunks: [trunkRecord({ id: 1, username: 'a' }), trunkRecord({ id: 2, username: 'b' })] }),
  );
  const [one, two] = [trunkRecord({ id: 1, username: 'c' }), trunkRecord({ id: 2, username: 'a' })];
  directory.apply(directoryDelta({ version: 2, reset: false, trunks: [two, one] }));
  t.equal(directory.findCredential('a', 'sip.didfarm.com'), two);
  t.equal(directory.findCredential('c', 'sip.didfarm.com'), one);
  t.equal(directory.findCredential('b', 'sip.didfarm.com'), undefined);
});

t.test('a block owns exactly its numbers', async (t) => {
  const directory = new Directory();
  const block = didRecord({ id: 1, number: '+31201234595', blockSize: 120 });
  const single = didRecord({ id: 2, number: '+31201234594' });
  directory.apply(directoryDelta({ dids: [block, single] }));
  t.equal(directory.findDid('+31201234594'), single);
  for (let n = 31201234595; n < 31201234715; n++) t.equal(directory.findDid(`+${n}`), block, String(n));
  t.equal(directory.findDid('+31201234715'), undefined);
  t.equal(directory.findDid('+3120123460'), undefined, 'a shorter number is not in the block');
  t.equal(directory.findDid('+312012346000'), undefined, 'a longer number is not in the block');
  directory.apply({ ...directoryDelta({ version: 2, reset: false }), dids: { upserts: [], deletes: [1] } });
  t.equal(directory.findDid('+31201234600'), undefined);
  t.equal(directory.size.dids, 1);
});

t.test('an unassigned DID follows did_default_dest up the tree, and account_default is passed on', async (t) => {
  const directory = new Directory();
  const root = accountRecord({ id: 1, isReseller: true, didDefaultDest: { kind: 'uri', uri: 'sip:desk@example.org' } });
  const middle = accountRecord({ id: 2, parentId: 1, isReseller: true, didDefaultDest: { kind: 'account_default' } });
  const leaf = accountRecord({ id: 3, parentId: 2 });
  directory.apply(directoryDelta({ accounts: [leaf, middle, root] }));
  const unassigned = didRecord({ id: 1, number: '+3120', accountId: 3 });
  t.strictSame(directory.resolveDestination(unassigned), {
    destination: { kind: 'uri', uri: 'sip:desk@example.org' },
    from: 'account',
    accountId: 1,
  });
  const own = didRecord({ id: 2, number: '+3121', accountId: 3, destination: { kind: 'trunk', trunkId: 9 } });
  t.match(directory.resolveDestination(own), { destination: { trunkId: 9 }, from: 'did', accountId: 3 });
  const orphan = didRecord({ id: 3, number: '+3122', accountId: 77 });
  t.equal(directory.resolveDestination(orphan), undefined);
});

t.test('an account is active only when every account above it is, also after the chain was cached', async (t) => {
  const directory = new Directory();
  const parent = accountRecord({ id: 1, isReseller: true });
  directory.apply(directoryDelta({ accounts: [parent, accountRecord({ id: 2, parentId: 1 })] }));
  t.ok(directory.isActive(2));
  t.strictSame(
    directory.chain(2).map((account) => account.id),
    [2, 1],
  );
  t.strictSame(
    directory.ancestors(2).map((account) => account.id),
    [1],
  );
  const suspended = accountRecord({ id: 1, isReseller: true, status: 'suspended' });
  directory.apply(directoryDelta({ version: 2, reset: false, accounts: [suspended] }));
  t.notOk(directory.isActive(2));
  t.notOk(directory.isActive(99), 'an unknown account is not active');
});

t.test('a source address names the carrier with the most specific range, mapped IPv6 included', async (t) => {
  const directory = new Directory();
  const wide = carrierRecord({ id: 1, sources: ['198.51.100.0/22', '2001:db8::/32'] });
  const narrow = carrierRecord({ id: 2, sources: ['198.51.100.16/28'] });
  const exact = carrierRecord({ id: 3, sources: ['198.51.100.20'] });
  const off = carrierRecord({ id: 4, sources: ['203.0.113.1'], enabled: false });
  directory.apply(directoryDelta({ carriers: [wide, narrow, exact, off] }));
  t.equal(directory.findCarrierBySource('198.51.100.20'), exact);
  t.equal(directory.findCarrierBySource('::ffff:198.51.100.21'), narrow);
  t.equal(directory.findCarrierBySource('198.51.103.255'), wide);
  t.equal(directory.findCarrierBySource('198.51.104.0'), undefined);
  t.equal(directory.findCarrierBySource('2001:0DB8::1'), wide);
  t.equal(directory.findCarrierBySource('203.0.113.1'), undefined);
  t.equal(directory.findCarrierBySource('not an address'), undefined);
  t.equal(directory.carriers().length, 4);
  directory.apply({ ...directoryDelta({ version: 2, reset: false }), carriers: { upserts: [], deletes: [2, 3] } });
  t.equal(directory.findCarrierBySource('198.51.100.20'), wide);
});

t.test('several trunks may share a source; digest trunks are never found by address', async (t) => {
  const directory = new Directory();
  const a = trunkRecord({ id: 1, authType: 'ip', sources: ['192.0.2.0/24'] });
  const b = trunkRecord({ id: 2, authType: 'digest+ip', sources: ['192.0.2.7'] });
  const c = trunkRecord({ id: 3, authType: 'digest', sources: ['192.0.2.7'] });
  directory.apply(directoryDelta({ trunks: [a, b, c] }));
  t.strictSame(directory.findIpTrunks('192.0.2.7'), [b, a]);
  t.strictSame(directory.findIpTrunks('192.0.3.7'), []);
});

t.test('reset forgets everything that the new copy does not hold', async (t) => {
  const directory = new Directory();
  directory.apply(
    directoryDelta({ version: 9, accounts: [accountRecord({ id: 1 })], dids: [didRecord({ id: 1, number: '+3120' })] }),
  );
  directory.apply({ ...directoryDelta({ version: 3 }), realms: EMPTY });
  t.strictSame(directory.size, { accounts: 0, realms: 0, trunks: 0, dids: 0, groups: 0, carriers: 0 });
  t.equal(directory.version, 3);
  t.equal(directory.findDid('+3120'), undefined);
});

t.test('the nearest DIDs are found from a national form, a wrong digit and swapped digits', async (t) => {
  const directory = new Directory();
  const own = didRecord({ id: 1, number: '+31201234567' });
  const foreign = didRecord({ id: 2, number: '+442079460958', accountId: 2 });
  directory.apply(directoryDelta({ dids: [own, foreign] }));
  const numbers = (digits: string, accounts?: ReadonlySet<number>) =>
    directory.nearestDids(digits, accounts).map((near) => near.number);
  t.strictSame(numbers('0201234567'), ['+31201234567']);
  t.strictSame(numbers('+31201234576'), ['+31201234567']);
  t.strictSame(numbers('+31201284567'), ['+31201234567']);
  t.strictSame(numbers('0044 20 7946 0958'), ['+442079460958']);
  t.strictSame(numbers('00442079460958', new Set([1])), [], 'the DIDs of other accounts are never named');
  t.strictSame(numbers('+4930123'), []);
});
