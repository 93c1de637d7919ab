import t from 'tap';
import { accountRecord, carrierRecord, didRecord, trunkRecord } from '../tenancy/index.ts';
import { invite, runInvite, type TestWorld, testWorld } from './fixtures.ts';
import { isEmergency } from './numbers/emergency.ts';

const gateways = [{ host: 'gw', port: 5060, transport: 'udp', priority: 1, weight: 1 }] as const;
const trunk = trunkRecord({ id: 1, country: 'DE', maxOut: 0 });
const carriers = [
  carrierRecord({ id: 1, name: 'world', gateways, maxOut: 0, prefixes: [{ prefix: '+1', costMicros: 0 }] }),
  carrierRecord({ id: 2, name: 'help', gateways, prefixes: [{ prefix: '110', costMicros: 0 }] }),
  carrierRecord({ id: 3, name: 'off', gateways, enabled: false }),
];

function callHelp(dialled: string, from: string, more: { readonly headers?: Record<string, string> } = {}) {
  const world: TestWorld = testWorld({
    accounts: [accountRecord({ id: 1, maxOut: 0 })],
    trunks: [trunk],
    dids: [didRecord({ id: 1, number: '+49301234567' })],
    carriers,
  });
  world.verdict = { kind: 'accepted', trunk };
  const uri = `sip:${dialled}@sip.didfarm.com`;
  return { world, ...runInvite(world, invite({ source: '192.0.2.1', uri, from, ...more })) };
}

t.test(
  'F-114: a call for help passes full ceilings of trunk, account and carrier, and goes out as dialled',
  async (t) => {
    const { context, rejection, world } = callHelp('110', '<sip:+49301234567@x>');
    t.equal(rejection, undefined);
    t.match(context, { isEmergency: true, direction: 'out', calledNumber: '110' });
    t.same(
      context.options.map((option) => option.carrier?.name),
      ['help', 'world'],
      'a carrier that lists the number first, then every other that is enabled',
    );
    t.equal(context.options[0]?.legs[0]?.uri, 'sip:110@gw:5060');
    t.equal(world.admission.used('trunk', 1, 'out'), 1, 'it is counted all the same');
  },
);

t.test('F-114: the caller is shown whoever owns the number, and in spite of privacy', async (t) => {
  const foreign = callHelp('112', '<sip:+33123456789@x>', { headers: { privacy: 'id' } });
  t.match(foreign.context.presentation, { user: '+33123456789', asserted: '+33123456789', isPrivate: false });
  const inside = callHelp('112', '<sip:1001@x>');
  t.match(inside.context.presentation, { user: '1001' }, 'better an extension than nobody');
});

t.test('a number is one of help by country; 112 is one everywhere', async (t) => {
  t.ok(isEmergency('112', null));
  t.ok(isEmergency('911', 'US'));
  t.notOk(isEmergency('911', 'NL'));
  t.notOk(isEmergency('110', null));
  t.notOk(isEmergency('+49110', 'DE'));
  t.match(callHelp('999', '<sip:+49301234567@x>').rejection, { status: 484, reason: 'bad_number' });
});
