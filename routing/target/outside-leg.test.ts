import t from 'tap';
import type { Destination, RoutingPolicy } from '../../bus/index.ts';
import { type CallsConfig, callTargets } from '../../config/index.ts';
import { accountRecord, carrierRecord, didRecord, trunkRecord } from '../../tenancy/index.ts';
import { rejectionFor } from '../bridge/leg-outcome.ts';
import { binding, invite, runInvite, testWorld } from '../fixtures.ts';
import { uriLeg } from './outside-leg.ts';

const gateways = [{ host: 'gw.carrier.example', port: 5060, transport: 'udp', priority: 1, weight: 1 }] as const;
const here = [{ host: '127.0.0.2', port: 5080, transport: 'udp', priority: 1, weight: 1 }] as const;

interface Routed {
  readonly destination?: Destination;
  readonly policy?: RoutingPolicy;
  readonly ipTarget?: string;
}

function routed({ destination, policy, ipTarget }: Routed, config: Partial<CallsConfig> = { targetAllow: [] }) {
  const trunk = trunkRecord({ id: 1, name: 'Acme', ...(ipTarget && { authType: 'ip', ipTarget }) });
  const did = didRecord({
    id: 1,
    number: '+31201234567',
    destination: destination ?? { kind: 'trunk', trunkId: 1 },
    ...(policy && { routing: policy }),
  });
  return testWorld(
    {
      accounts: [accountRecord({ id: 1 })],
      trunks: [trunk],
      dids: [did],
      carriers: [
        carrierRecord({ id: 1, sources: ['198.51.100.0/24'], gateways }),
        carrierRecord({ id: 2, sources: ['127.0.0.2'], gateways: here }),
      ],
    },
    config,
  );
}

const call = (world: ReturnType<typeof routed>) => runInvite(world, invite({ source: '127.0.0.2' }));

t.test('a number, an IP trunk and a disaster destination ring no address of the operator’s network', async (t) => {
  for (const place of ['10.0.0.5:5060', '127.0.0.1:6379', '169.254.169.254:80', '[::1]:5060', 'localhost:5060']) {
    const uri = `sip:+31201234567@${place};transport=tcp`;
    const byUri = call(routed({ destination: { kind: 'uri', uri } }));
    t.match(byUri.rejection, { status: 480, reason: 'target_forbidden', sentence: /is not a public address/ }, place);
    const byTrunk = call(routed({ ipTarget: place }));
    t.match(byTrunk.rejection, { reason: 'target_forbidden', sentence: `Acme: calls may not be sent to ${place}.` });
    const disaster = call(routed({ policy: { disaster: { to: { kind: 'uri', uri } } } }));
    t.match(disaster.rejection, { reason: 'trunk_offline' }, 'as if there were no other destination');
    const told = disaster.context.trace.find(({ saw }) => saw.startsWith('disaster destination'));
    t.match(told, { decided: /is not a public address/ });
  }
});

t.test('it rings public addresses, names, and the private addresses that the operator allows', async (t) => {
  for (const [place, targetAllow] of [
    ['8.8.8.8:5060', []],
    ['pbx.example.org', []],
    ['10.0.0.5:5060', ['10.0.0.0/8']],
    ['127.0.0.1:5070', undefined],
  ] as const) {
    t.equal(
      call(routed({ destination: { kind: 'uri', uri: `sip:1@${place}` } }, { targetAllow })).rejection,
      undefined,
      place,
    );
    t.equal(call(routed({ ipTarget: place }, { targetAllow })).rejection, undefined, place);
  }
});

t.test('a PBX registered from a private address is rung all the same', async (t) => {
  const world = routed({});
  const [trunk] = [world.directory.findTrunk(1)];
  if (trunk !== undefined) world.bindings = [binding(trunk, { sourceAddress: '10.0.0.9' })];
  t.equal(call(world).rejection, undefined);
});

t.test('nobody reaches a carrier past the tariff by its address', async (t) => {
  const { directory, config } = routed({}, { targetAllow: ['127.0.0.0/8'] });
  const open = callTargets(config.targetAllow);
  const leg = (uri: string) => uriLeg({ directory, callTargets: open }, uri);
  for (const uri of [
    'sip:+882123456@198.51.100.9',
    'sip:+882123456@GW.carrier.example:5070',
    'sip:+882123456@public.example;maddr=198.51.100.9',
    'sip:+882123456@127.0.0.2:5080',
  ]) {
    t.equal(leg(uri), 'A carrier is reached by dialling, not by its address.', uri);
  }
  t.match(leg('sip:+882123456@127.0.0.2:5090'), { kind: 'uri' }, 'another program of this machine');
});

t.test('a name that turns out to lead there ends the call with the same reason', async (t) => {
  const failure = { status: 403, isLocal: true, rang: false, response: undefined };
  t.match(rejectionFor('uri', failure), { status: 480, reason: 'target_forbidden' });
  t.match(rejectionFor('uri', { ...failure, status: 503 }), { reason: 'pbx_unreachable' });
});
