import t, { type Test } from 'tap';
import { startLossyRelay } from '../relay/index.ts';
import { configFile } from '../support/config-file.ts';
import { freePort } from '../support/ports.ts';
import { type Product, startProduct } from '../support/product.ts';
import { runSipp, type SippOptions, startSipp } from '../support/sipp.ts';
import { UserAgent } from '../support/user-agent.ts';
import { until } from '../support/wait.ts';

/** The soak run takes 20,000. */
const CALLS = Number(process.env.TEST_CALLS ?? 500);
const CANCELLED = Math.round(CALLS * 0.05);
const BUSY = Math.round(CALLS * 0.05);
const T1_MS = 100;
/**
 * SIPp repeats for as long as RFC 3261 has it, 64 x T1, and not only five times, which is over when a machine pauses;
 * and it begins no call while so many go on: a machine that does not keep up is not given more.
 */
const PATIENCE = ['-max_invite_retrans', '10', '-max_non_invite_retrans', '10', '-l', '500'];
const QUALITY = { loss: 0.03, duplication: 0, jitterMs: 0, reordering: 0, reorderMs: 0 };

/** A PBX behind a wire that loses 3 %: registered over it, and called over it at its port. */
async function registerOver(t: Test, product: Product, seed: number) {
  const wire = await startLossyRelay({
    host: '127.0.0.1',
    target: { host: '127.0.0.1', port: product.sipPort },
    quality: QUALITY,
    seed,
  });
  t.teardown(() => wire.close());
  const localPort = await freePort();
  await registerAt(t, product, localPort, wire.port);
  return { wire, localPort };
}

/** Registers the port where SIPp will be called. */
async function registerAt(t: Test, product: Product, localPort: number, port = product.sipPort): Promise<void> {
  const socket = { transport: 'udp', host: '127.0.0.1', port, localPort } as const;
  const agent = await UserAgent.open(t, socket, product.trunk('Beta Services'));
  agent.t1Ms = T1_MS;
  const { answer } = await agent.register({ expires: 3600 });
  t.equal(answer.status, 200);
  agent.socket.close();
}

t.test(
  `${CALLS} calls over wires that lose 3 %: the records add up to what SIPp counted, and nothing is left`,
  { timeout: Math.max(170_000, CALLS * 60) },
  async (t) => {
    const seed = Number(process.env.RELAY_SEED ?? 20261121);
    t.comment(`seed ${seed}: RELAY_SEED=${seed} draws the same fates`);
    const settings = configFile(t, 'registration:\n  probe_interval_sec: 0\nsip:\n  t1_ms: 100\n');
    const product = await startProduct(t, settings);
    const { wire: pbxWire, localPort } = await registerOver(t, product, seed);
    const carrierWire = await startLossyRelay({
      host: '127.0.0.2',
      target: { host: '127.0.0.1', port: product.sipPort },
      quality: QUALITY,
      seed: seed + 2,
    });
    t.teardown(() => carrierWire.close());
    const shape = { localAddress: '127.0.0.1', limitMs: Math.max(120_000, CALLS * 50) };
    const quirks = ['-default_behaviors', 'none', '-T2', String(8 * T1_MS), ...PATIENCE];
    const phase = async (
      calls: number,
      callee: string,
      caller: string,
      remote: string,
      more: Partial<SippOptions> = {},
    ) => {
      const called = await startSipp(t, { ...shape, scenario: callee, localPort, calls, extra: quirks });
      const placed = await runSipp(t, {
        ...shape,
        scenario: caller,
        localPort: await freePort(),
        remote,
        service: product.trunk('Beta Services').dids[0] ?? '',
        calls,
        rate: 50,
        extra: quirks,
        ...more,
      });
      t.equal(placed.code, 0, `${caller}: ${placed.errors.slice(0, 500)}`);
      t.equal((await called.done).code, 0, callee);
    };
    const answered = CALLS - CANCELLED - BUSY;
    const lossy = `127.0.0.2:${carrierWire.port}`;
    await phase(answered, '../relay/callee', '../relay/caller', lossy);
    await phase(BUSY, '../calls/scenarios/callee-is-busy', '../calls/scenarios/caller-expects-busy', lossy);
    // A caller that cancels has heard it ring, and nobody repeats a 180: without loss.
    await registerAt(t, product, localPort);
    await phase(CANCELLED, 'pbx-rings-until-cancelled', 'carrier-calls-and-cancels', `127.0.0.1:${product.sipPort}`, {
      localAddress: '127.0.0.2',
      keys: { caller: '+4915112345678' },
      extra: [],
    });

    const gone = async (line: string) => (await product.metric(line)) === 0;
    await until('no lease is left', () => gone('didfarm_cac_leases{direction="in"}'));
    await until('no call is left', () => gone('didfarm_calls_active{direction="in"}'));
    await until('no dialog is left', () => gone('didfarm_dialogs'));
    const total = async (reason: string) => {
      const { body } = await product.api('GET', `/calls?per_page=1&reason=${reason}`);
      return (body as { meta: { total: number } }).meta.total;
    };
    const all = async () =>
      ((await product.api('GET', '/calls?per_page=1')).body as { meta: { total: number } }).meta.total;
    await until('all records are there', async () => (await all()) >= CALLS);
    t.same(
      {
        all: await all(),
        answered: await total('answered'),
        busy: await total('busy'),
        cancelled: await total('cancelled'),
      },
      { all: CALLS, answered, busy: BUSY, cancelled: CANCELLED },
    );
    t.ok(carrierWire.stats.lost > CALLS / 20 && pbxWire.stats.lost > CALLS / 20, 'the wires were bad');
  },
);
