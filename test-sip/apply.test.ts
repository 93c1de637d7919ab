import { monitorEventLoopDelay } from 'node:perf_hooks';
import t from 'tap';
import { CARRIER, callUp, type Leg } from './support/call.ts';
import { type Product, startProduct } from './support/product.ts';
import { UserAgent } from './support/user-agent.ts';

const TRUNKS = Number(process.env.TEST_TRUNKS ?? 3000);
/** PBXes of other trunks than those applied. */
const BYSTANDERS = ['Acme Corp', 'Beta Services', 'Bistro Group'];

/** A tenant file of an account of its own, with that ceiling on every trunk. */
function fileOf(maxIn: number): string {
  const trunks = Array.from({ length: TRUNKS }, (_, n) => `      - {name: Applied ${n}, max_in: ${maxIn}}`);
  return ['version: 1', 'accounts:', '  - name: Applied', '    trunks:', ...trunks, ''].join('\n');
}

interface Applied {
  readonly changes: readonly object[];
  readonly credentials: readonly { readonly username: string; readonly password: string; readonly realm: string }[];
}

async function apply(product: Product, yaml: string): Promise<Applied> {
  const { status, body } = await product.api('POST', '/tenant-files/apply', { yaml });
  if (status !== 200) throw new Error(`apply: ${status} ${JSON.stringify(body).slice(0, 500)}`);
  return (body as { data: Applied }).data;
}

/** One turn of a day at the office: both sides of the call renegotiate, every PBX refreshes. */
async function oneTurn(ends: { readonly caller: Leg; readonly callee: Leg }, agents: readonly UserAgent[]) {
  const [carrier, pbx] = agents as [UserAgent, UserAgent];
  const [fromCaller] = await Promise.all([
    ends.caller.reinvite(carrier.contactUri),
    ends.callee.acceptReinvite(pbx.contactUri),
  ]);
  const [fromCallee] = await Promise.all([
    ends.callee.reinvite(pbx.contactUri),
    ends.caller.acceptReinvite(carrier.contactUri),
  ]);
  const refreshed = await Promise.all(agents.slice(1).map((agent) => agent.register({ expires: 600 })));
  return [fromCaller.status, fromCallee.status, ...refreshed.map(({ answer }) => answer.status)];
}

/** Since when, and where, a trunk's PBX is registered. */
async function bindingsOf(product: Product, uuid: string): Promise<readonly string[]> {
  const { body } = await product.api('GET', `/portal/sip-trunks/${uuid}`);
  const { registration } = (body as { data: { registration: { contacts: readonly Record<string, string>[] } } }).data;
  return registration.contacts.map(({ contact, registered_at }) => `${contact} since ${registered_at}`);
}

t.test(
  'a call and the registrations of other trunks do not notice an apply of thousands',
  { timeout: 60 * TRUNKS },
  async (t) => {
    // They refresh more often than any PBX does.
    const product = await startProduct(t, { DIDFARM_RATE_LIMITS: 'off' });
    const trunks = BYSTANDERS.map((name) => product.trunk(name));
    const server = { transport: 'udp', host: '127.0.0.1', port: product.sipPort } as const;
    const carrier = await UserAgent.open(t, { ...server, localAddress: '127.0.0.2' }, CARRIER);
    const pbxes: UserAgent[] = [];
    for (const trunk of trunks) {
      const pbx = await UserAgent.open(t, server, trunk);
      t.equal((await pbx.register({ expires: 600 })).answer.status, 200);
      pbxes.push(pbx);
    }
    const agents = [carrier, ...pbxes];
    const before = await Promise.all(trunks.map(({ uuid }) => bindingsOf(product, uuid)));
    const [called] = trunks;
    const [pbx] = pbxes;
    if (called === undefined || pbx === undefined) throw new Error('the demo world has these trunks');
    const call = await callUp(carrier, `sip:${called.dids[0]}@127.0.0.1:${product.sipPort}`, pbx, pbx.contactUri);
    // What this process stands still for, which does next to nothing, is the machine's.
    const machine = monitorEventLoopDelay({ resolution: 10 });
    machine.enable();
    t.teardown(() => machine.disable());
    const made: Applied['credentials'][number][] = [];
    for (const [round, what] of ['that creates them', 'that changes them all'].entries()) {
      let isUnderWay = true;
      const applied = apply(product, fileOf(round + 1)).finally(() => {
        isUnderWay = false;
      });
      let [turns, longestMs] = [0, 0];
      while (isUnderWay) {
        const startMs = performance.now();
        t.same(await oneTurn(call, agents), [200, 200, ...trunks.map(() => 200)]);
        longestMs = Math.max(longestMs, performance.now() - startMs);
        turns += 1;
      }
      const { changes, credentials } = await applied;
      t.ok(changes.length >= TRUNKS, `an apply ${what}`);
      made.push(...credentials);
      t.ok(turns > 1, `${turns} turns meanwhile, the longest ${Math.round(longestMs)} ms`);
    }
    t.same(await Promise.all(trunks.map(({ uuid }) => bindingsOf(product, uuid))), before);
    t.equal(await product.metric('didfarm_calls_active{direction="in"}'), 1);
    const stallSec = await product.metric('didfarm_sip_loop_stall_max_seconds');
    t.ok(
      stallSec !== undefined && stallSec * 1000 < 1000 + machine.max / 1e6,
      `SIP stood still for ${Math.round((stallSec ?? 0) * 1000)} ms at most`,
    );
    const [identity] = made;
    if (identity === undefined) throw new Error('the first apply told passwords');
    const applied = await UserAgent.open(t, server, identity);
    t.equal((await applied.register({ expires: 600 })).answer.status, 200, 'one of those applied registers');
    const registered = () => product.metric('didfarm_registrations{state="registered"}');
    t.equal(await registered(), trunks.length + 1);
    await apply(product, 'version: 1\nprune: true\naccounts: [{name: Applied}]\n');
    t.equal(await registered(), trunks.length, 'thousands are deleted, and its binding is gone with the answer');
    t.equal((await applied.register({ expires: 600 })).answer.status, 401);
    for (const agent of agents) await t.rejects(agent.next('BYE', 0), 'nobody has hung up');
    const [ended] = await Promise.all([call.caller.hangUp(), call.callee.acceptHangUp()]);
    t.equal(ended.status, 200);
  },
);
