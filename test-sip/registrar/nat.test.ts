import t, { type Test as TapTest } from 'tap';
import { type Nat, startNat } from '../relay/index.ts';
import { CARRIER, Leg } from '../support/call.ts';
import { UserAgent } from '../support/user-agent.ts';
import { clockWith, until } from '../support/wait.ts';
import { startWorld, type World } from './world.ts';

const PROBE_SEC = 1;
/** Longer than the first probe may take, with its jitter and the registrar's second. */
const SHORT_MAPPING_MS = 3500;
const SETTINGS = `registration: { min_expires_sec: 10, probe_interval_sec: ${PROBE_SEC} }`;
/** What the PBX believes to be its address. */
const PRIVATE = '10.11.12.13:5060';

interface Inside {
  readonly pbx: UserAgent;
  readonly contact: string;
  readonly did: string;
}

async function inside(t: TapTest, world: World, nat: Nat, name: string): Promise<Inside> {
  const trunk = world.product.trunk(name);
  const pbx = await UserAgent.open(t, { transport: 'udp', ...nat.inner() }, trunk);
  return { pbx, contact: `sip:${trunk.username}@${PRIVATE};line=n4`, did: trunk.dids[0] ?? '' };
}

const register = async ({ pbx, contact }: Inside) =>
  (await pbx.register({ contacts: [`<${contact}>`], expires: 60 })).answer.status;

/** A call from the carrier, up on both sides. */
async function callUp(t: TapTest, world: World, { pbx, contact, did }: Inside) {
  const server = { transport: 'udp', host: '127.0.0.1', port: world.product.sipPort } as const;
  const carrier = await UserAgent.open(t, { ...server, localAddress: '127.0.0.2' }, CARRIER);
  const placed = Leg.place(carrier, `sip:${did}@127.0.0.1:${server.port}`);
  const invite = await pbx.next('INVITE');
  t.equal(invite.uri, contact, 'the registered Contact, through the mapping');
  const callee = await Leg.answer(pbx, invite, contact);
  const caller = await placed;
  if (!(caller instanceof Leg)) throw new Error(`answered ${caller.status}`);
  return { carrier, caller, callee };
}

/** re-INVITE and BYE, begun by the one and by the other. */
async function callBothWays(t: TapTest, world: World, side: Inside): Promise<void> {
  const first = await callUp(t, world, side);
  const [byCaller] = await Promise.all([
    first.caller.reinvite(first.carrier.contactUri),
    first.callee.acceptReinvite(side.contact),
  ]);
  t.equal(byCaller.status, 200, 're-INVITE towards the PBX');
  const [byCallee] = await Promise.all([
    first.callee.reinvite(side.contact),
    first.caller.acceptReinvite(first.carrier.contactUri),
  ]);
  t.equal(byCallee.status, 200, 're-INVITE from the PBX');
  const [bye] = await Promise.all([first.caller.hangUp(), first.callee.acceptHangUp()]);
  t.equal(bye.status, 200, 'BYE towards the PBX');
  const second = await callUp(t, world, side);
  const [back] = await Promise.all([second.callee.hangUp(), second.caller.acceptHangUp()]);
  t.equal(back.status, 200, 'BYE from the PBX');
  await until('no call is left', async () => (await world.product.metric('didfarm_cac_leases{direction="in"}')) === 0);
}

t.test('behind NAT', async (t) => {
  const seed = Number(process.env.RELAY_SEED ?? 20261121);
  t.comment(`seed ${seed}: RELAY_SEED=${seed} draws the same ports`);
  const world = await startWorld(t, SETTINGS);
  const server = { host: '127.0.0.1', port: world.product.sipPort };
  const open = async (options: Pick<Parameters<typeof startNat>[0], 'kind' | 'lifetimeMs' | 'nowMs' | 'outside'>) => {
    const nat = await startNat({ servers: [server], seed, ...options });
    t.teardown(() => nat.close());
    return nat;
  };
  const sources = async (name: string) => {
    const { uuid, ...trunk } = world.product.trunk(name);
    return (await world.registration({ uuid, ...trunk })).contacts.map((contact) => contact.source);
  };

  for (const kind of ['port_restricted', 'symmetric'] as const) {
    t.test(`${kind}: registered, called, re-INVITE and BYE both ways`, async (t) => {
      const nat = await open({ kind, outside: '127.0.0.5' });
      const side = await inside(t, world, nat, 'Acme Corp');
      t.equal(await register(side), 200);
      t.same(await sources('Acme Corp'), [`127.0.0.5:${nat.mappedPorts[0]}`]);
      await callBothWays(t, world, side);
      t.equal((await side.pbx.register({ contacts: ['*'], expires: 0 })).answer.status, 200);
    });
  }

  t.test('answers to probes keep a short mapping open: called after two of its lifetimes', async (t) => {
    const lifetimeMs = SHORT_MAPPING_MS;
    // A product that stands still sends no probes meanwhile.
    const nowMs = clockWith(t, world.product);
    const nat = await open({ kind: 'port_restricted', lifetimeMs, nowMs, outside: '127.0.0.6' });
    const side = await inside(t, world, nat, 'Beta Services');
    t.equal(await register(side), 200);
    const [port] = nat.mappedPorts;
    const untilMs = nowMs() + 2 * lifetimeMs;
    while (nowMs() < untilMs) await side.pbx.next('OPTIONS');
    t.same(nat.mappedPorts, [port]);
    const { caller, callee } = await callUp(t, world, side);
    await Promise.all([caller.hangUp(), callee.acceptHangUp()]);
  });

  t.test(
    'a mapping that dies and changes: the next REGISTER moves the binding, and one probe later it is confirmed',
    async (t) => {
      const nat = await open({ kind: 'symmetric', outside: '127.0.0.7' });
      const side = await inside(t, world, nat, 'Beta Services');
      t.equal(await register(side), 200);
      await side.pbx.next('OPTIONS');
      nat.reset();
      t.equal(await register(side), 200, 'a refresh from the new mapping');
      t.same(await sources('Beta Services'), [`127.0.0.7:${nat.mappedPorts[0]}`], 'and no other');
      side.pbx.forget();
      await side.pbx.next('OPTIONS');
      await callBothWays(t, world, side);
    },
  );

  t.test('a mapping that changes during a call: the PBX still hangs up, and hears what follows', async (t) => {
    const nat = await open({ kind: 'port_restricted', outside: '127.0.0.8' });
    const side = await inside(t, world, nat, 'Acme Corp');
    t.equal(await register(side), 200);
    const { callee, caller, carrier } = await callUp(t, world, side);
    nat.reset();
    const [answer] = await Promise.all([callee.reinvite(side.contact), caller.acceptReinvite(carrier.contactUri)]);
    t.equal(answer.status, 200, 're-INVITE from the new port of the same address');
    const [bye] = await Promise.all([caller.hangUp(), callee.acceptHangUp()]);
    t.equal(bye.status, 200, 'BYE finds the new port');
  });
});
