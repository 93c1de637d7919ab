import t from 'tap';
import { accountRecord, carrierRecord, type DeltaFields, didRecord, trunkRecord } from '../tenancy/index.ts';
import { binding, invite, runInvite, type TestWorld, testWorld } from './fixtures.ts';

const acme = trunkRecord({ id: 1, name: 'Acme' });
const beta = trunkRecord({ id: 2, name: 'Beta', accountId: 2 });
const did = didRecord({ id: 1, number: '+31201234567', destination: { kind: 'trunk', trunkId: 1 } });
const betaDid = didRecord({ id: 2, accountId: 2, number: '+442079460958', destination: { kind: 'trunk', trunkId: 2 } });
const accounts = [accountRecord({ id: 1, country: 'NL' }), accountRecord({ id: 2 })];
const carrier = carrierRecord({
  id: 1,
  name: 'loopback',
  sources: ['127.0.0.2'],
  gateways: [{ host: '127.0.0.2', port: 5080, transport: 'udp', priority: 1, weight: 1 }],
});

function world(fields: DeltaFields = {}): TestWorld {
  const made = testWorld({ accounts, trunks: [acme, beta], dids: [did, betaDid], carriers: [carrier], ...fields });
  made.bindings = [binding(acme), binding(beta, { contact: 'sip:beta@10.0.0.9:5062' })];
  return made;
}

function asTrunk(made: TestWorld, trunk = acme): TestWorld {
  made.verdict = { kind: 'accepted', trunk };
  return made;
}

const legs = (made: TestWorld) => made.bridged[0]?.options.map((option) => option.legs.map((leg) => leg.uri));
const fromPbx = { source: '203.0.113.9', port: 40_000, from: '<sip:+31201234567@sip.didfarm.com>' };

t.test('a DID rings the contact registered on its trunk, byte for byte, through the flow it came from', async (t) => {
  const made = world();
  const { rejection, context } = runInvite(made, invite());
  t.equal(rejection, undefined);
  t.equal(context.direction, 'in');
  t.match(context.options, [
    {
      trunk: { id: 1 },
      legs: [
        {
          kind: 'binding',
          uri: 'sip:user_1@10.0.0.9:5062;rinstance=abc',
          proxy: 'sip:203.0.113.9:40000;transport=udp;flow=udp%2F127.0.0.1%3A5060%2F203.0.113.9%3A40000',
        },
      ],
    },
  ]);
});

t.test('an engine without flows is given address, port and transport alone', async (t) => {
  const made = world();
  made.bindings = [binding(acme, { flowId: '', transport: 'tcp', sourceAddress: '2001:db8::9' })];
  runInvite(made, invite());
  t.equal(made.bridged[0]?.options[0]?.legs[0]?.proxy, 'sip:[2001:db8::9]:40000;transport=tcp');
});

t.test('the carrier may write the DID with 00, without plus or percent-escaped', async (t) => {
  for (const user of ['+31201234567', '0031201234567', '31201234567', '%2B31201234567', '+31201234567;npdi']) {
    const made = world();
    runInvite(made, invite({ uri: `sip:${user}@sip.didfarm.com` }));
    t.match(made.bridged[0], { did: { id: 1 }, calledNumber: '+31201234567' }, user);
  }
  const made = world();
  runInvite(made, invite({ uri: 'tel:+31-20-123-4567' }));
  t.match(made.bridged[0], { did: { id: 1 } });
});

t.test('Asterisk and FreePBX, by User-Agent or profile, get the DID as user of the Contact', async (t) => {
  const expected = [['sip:+31201234567@10.0.0.9:5062;line=xyz']];
  for (const userAgent of ['FPBX-16.0.40(18.9)', 'Asterisk PBX 20.1']) {
    const made = world();
    made.bindings = [binding(acme, { userAgent, contact: 'sip:s@10.0.0.9:5062;line=xyz' })];
    runInvite(made, invite());
    t.strictSame(legs(made), expected, userAgent);
  }
  const byProfile = world({ trunks: [{ ...acme, profile: 'asterisk' }] });
  byProfile.bindings = [binding(acme, { contact: 'sip:s@10.0.0.9:5062;line=xyz' })];
  runInvite(byProfile, invite());
  t.strictSame(legs(byProfile), expected);
  const byMode = world({ trunks: [{ ...acme, profile: 'asterisk', ruriMode: 'contact' }] });
  runInvite(byMode, invite());
  t.strictSame(legs(byMode), [['sip:user_1@10.0.0.9:5062;rinstance=abc']]);
});

t.test('bindings are called in the order the registrar gives them, newest first', async (t) => {
  const made = world();
  made.bindings = [binding(acme, { contact: 'sip:new@h' }), binding(acme, { contact: 'sip:old@h' })];
  runInvite(made, invite());
  t.strictSame(legs(made), [['sip:new@h', 'sip:old@h']]);
});

t.test('an unknown DID is 404 and the nearest number is named to the operator', async (t) => {
  const { rejection } = runInvite(world(), invite({ uri: 'sip:+31201234576@sip.didfarm.com' }));
  t.match(rejection, { status: 404, reason: 'unknown_did', sentence: /Nearest: \+31201234567/ });
});

t.test('a trunk without a binding is 480 trunk_offline; suspended DIDs, trunks and accounts say so', async (t) => {
  const offline = world();
  offline.bindings = [];
  t.match(runInvite(offline, invite()).rejection, { status: 480, reason: 'trunk_offline', sentence: /Acme/ });
  const suspended = world({ dids: [{ ...did, status: 'suspended' }] });
  t.match(runInvite(suspended, invite()).rejection, { status: 480, reason: 'did_suspended' });
  const trunk = world({ trunks: [{ ...acme, status: 'suspended' }] });
  t.match(runInvite(trunk, invite()).rejection, { status: 480, reason: 'trunk_suspended' });
  const account = world({ accounts: [accountRecord({ id: 1, status: 'suspended' })] });
  t.match(runInvite(account, invite()).rejection, { status: 480, reason: 'did_suspended' });
});

t.test('an unassigned DID follows did_default_dest up the tree, and is rejected where nobody has one', async (t) => {
  const tree = [
    accountRecord({ id: 9, didDefaultDest: { kind: 'trunk', trunkId: 3 } }),
    accountRecord({ id: 1, parentId: 9 }),
  ];
  const desk = trunkRecord({ id: 3, accountId: 9 });
  const free = { ...did, destination: null };
  const made = world({ accounts: tree, trunks: [desk], dids: [free] });
  made.bindings = [binding(desk, { contact: 'sip:desk@h' })];
  runInvite(made, invite());
  t.strictSame(legs(made), [['sip:desk@h']]);
  t.match(runInvite(world({ dids: [free] }), invite()).rejection, { status: 480, reason: 'did_rejects' });
  const rejecting = world({ dids: [{ ...did, destination: { kind: 'reject' } }] });
  t.match(runInvite(rejecting, invite()).rejection, { status: 480, reason: 'did_rejects' });
});

t.test('a DID never rings a trunk of another tenant, even if its record says so', async (t) => {
  const made = world({ dids: [{ ...did, destination: { kind: 'trunk', trunkId: 2 } }] });
  t.match(runInvite(made, invite()).rejection, { status: 480, reason: 'did_rejects' });
});

t.test('an IP trunk is called at its address with the DID as user', async (t) => {
  const sbc = trunkRecord({
    id: 5,
    authType: 'ip',
    sources: ['198.51.100.7'],
    ipTarget: '198.51.100.7:5070;transport=tcp',
  });
  const made = world({ trunks: [sbc], dids: [{ ...did, destination: { kind: 'trunk', trunkId: 5 } }] });
  runInvite(made, invite());
  t.strictSame(legs(made), [['sip:+31201234567@198.51.100.7:5070;transport=tcp']]);
});

t.test('a DID may lead to a URI', async (t) => {
  const made = world({ dids: [{ ...did, destination: { kind: 'uri', uri: 'sip:x@example.org' } }] });
  runInvite(made, invite());
  t.strictSame(legs(made), [['sip:x@example.org']]);
});

t.test('a trunk that calls a DID of another tenant stays inside', async (t) => {
  const made = asTrunk(world());
  const { context } = runInvite(made, invite({ ...fromPbx, uri: 'sip:+442079460958@sip.didfarm.com' }));
  t.equal(context.direction, 'internal');
  t.strictSame(legs(made), [['sip:beta@10.0.0.9:5062']]);
});

t.test('any other number goes out, national form by the country of the account', async (t) => {
  const made = asTrunk(world());
  const { context } = runInvite(made, invite({ ...fromPbx, uri: 'sip:0309999999@sip.didfarm.com' }));
  t.match(context, { direction: 'out', calledNumber: '+31309999999' });
  t.strictSame(legs(made), [['sip:+31309999999@127.0.0.2:5080']]);
  t.equal(made.bridged[0]?.options[0]?.legs[0]?.proxy, 'sip:127.0.0.2:5080;transport=udp');
});

t.test('no carrier for the number is 503 no_carrier, and a word is 484 bad_number', async (t) => {
  const made = asTrunk(world({ carriers: [{ ...carrier, prefixes: [{ prefix: '49', costMicros: 1 }] }] }));
  t.match(runInvite(made, invite({ ...fromPbx, uri: 'sip:+33123456789@sip.didfarm.com' })).rejection, {
    status: 503,
    reason: 'no_carrier',
  });
  t.match(runInvite(made, invite({ ...fromPbx, uri: 'sip:sales@sip.didfarm.com' })).rejection, {
    status: 484,
    reason: 'bad_number',
  });
});

t.test('phones call each other by user name inside their account and realm, and nobody elsewhere', async (t) => {
  const phones = [1, 2].flatMap((accountId) =>
    ['100', '200'].map((username, i) =>
      trunkRecord({ id: accountId * 10 + i, accountId, kind: 'extension', realm: `a${accountId}.example`, username }),
    ),
  );
  for (const caller of phones.filter((phone) => phone.username === '100')) {
    const made = asTrunk(world({ trunks: phones }), caller);
    made.bindings = phones.map((phone) => binding(phone, { contact: `sip:${phone.username}@${phone.realm}` }));
    const from = `<sip:100@${caller.realm}>`;
    const signed = { source: '192.0.2.1', from, headers: { 'proxy-authorization': 'Digest x' } };
    runInvite(made, invite({ ...signed, uri: `sip:200@${caller.realm}` }));
    t.strictSame(legs(made), [[`sip:200@${caller.realm}`]]);
    // The other tenant's domain in the Request-URI does not cross the border.
    const crossing = runInvite(made, invite({ ...signed, uri: 'sip:200@a2.example' }));
    t.equal(crossing.context.options[0]?.trunk?.accountId, caller.accountId);
  }
});

t.test('the third call in a circle through one trunk is refused with 482', async (t) => {
  const made = asTrunk(world());
  made.loops = ['+31201234567 +442079460958 1'];
  const { rejection } = runInvite(made, invite({ ...fromPbx, uri: 'sip:+442079460958@sip.didfarm.com' }));
  t.match(rejection, { status: 482, reason: 'loop_detected' });
});

t.test('an INVITE without a readable Request-URI or a Contact is 400', async (t) => {
  t.match(runInvite(world(), invite({ uri: 'http://x' })).rejection, { status: 400, reason: 'bad_request' });
  t.match(runInvite(world(), invite({ headers: { contact: [] } })).rejection, { status: 400, reason: 'bad_request' });
});

t.test('an extension that is demanded and not understood is named in a 420', async (t) => {
  const require = ['100rel, Timer', 'siprec'];
  t.match(runInvite(world(), invite({ headers: { require } })).rejection, {
    status: 420,
    reason: 'bad_extension',
    lines: ['Unsupported: siprec'],
  });
  t.equal(runInvite(world(), invite({ headers: { require: '100rel, Timer' } })).rejection, undefined);
});
