import Srf from 'drachtio-srf';
import t from 'tap';
import { createEngine, createNullCounters, createSystemClock, createSystemRandom } from '../../sip-engine/index.ts';
import { freePort } from '../support/ports.ts';
import { runSipp, startSipp } from '../support/sipp.ts';
import { until } from '../support/wait.ts';
import type { NetworkQuality } from './fate.ts';
import { startLossyRelay } from './lossy-relay.ts';

const CALLS = 2000;
/** The scenarios repeat by the same T1: with another, a late repeat would meet a transaction that has ended. */
const T1_MS = 100;
/**
 * SIPp repeats for as long as RFC 3261 has it, 64 x T1, and not only five times, which is over when a machine pauses;
 * and it begins no call while so many go on: a machine that does not keep up is not given more.
 */
const PATIENCE = ['-max_invite_retrans', '10', '-max_non_invite_retrans', '10', '-l', '1000'];
const ROUGH: NetworkQuality = { loss: 0.05, duplication: 0.05, jitterMs: 20, reordering: 0.05, reorderMs: 60 };

t.test(
  '2,000 calls over wires that lose, double and reorder 5 % all end well, and leave nothing behind',
  { timeout: 170_000 },
  async (t) => {
    const seed = Number(process.env.RELAY_SEED ?? 20261121);
    t.comment(`seed ${seed}: RELAY_SEED=${seed} draws the same fates`);
    const errors: string[] = [];
    const quiet = (): void => undefined;
    const engine = createEngine(
      { listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }], timers: { t1Ms: T1_MS } },
      {
        clock: createSystemClock(),
        random: createSystemRandom(),
        counters: createNullCounters(),
        logger: {
          debug: quiet,
          info: quiet,
          warn: quiet,
          error: (fields, text) => errors.push(`${text} ${JSON.stringify(fields)}`),
        },
      },
    );
    t.teardown(() => engine.close());
    const [point] = await engine.start();
    const calleePort = await freePort();
    const target = (port: number) => ({ host: '127.0.0.1', port });
    const callerSide = await startLossyRelay({
      host: '127.0.0.3',
      target: target(point?.port ?? 0),
      quality: ROUGH,
      seed,
    });
    const calleeSide = await startLossyRelay({
      host: '127.0.0.4',
      target: target(calleePort),
      quality: ROUGH,
      seed: seed + 2,
    });
    t.teardown(() => Promise.all([callerSide.close(), calleeSide.close()]));

    const seen = { invites: 0, answered: 0, ended: 0, failed: [] as string[] };
    const srf = new Srf();
    srf.invite(async (req, res) => {
      seen.invites++;
      try {
        const { uas, uac } = await srf.createB2BUA(req, res, `sip:callee@127.0.0.4:${calleeSide.port}`, {});
        seen.answered++;
        uas.on('destroy', () => {
          seen.ended++;
          uac.destroy();
        });
        uac.on('destroy', () => uas.destroy());
      } catch (error) {
        seen.failed.push(String(error));
      }
    });
    const server = engine.attachApp({ secret: 'cymru', methods: ['INVITE'] });
    void srf.listen({ server, secret: 'cymru' } as Parameters<typeof srf.listen>[0]);

    const shape = {
      localAddress: '127.0.0.1',
      calls: CALLS,
      limitMs: 150_000,
      extra: ['-default_behaviors', 'none', '-T2', String(8 * T1_MS), ...PATIENCE],
    };
    const callee = await startSipp(t, { ...shape, scenario: '../relay/callee', localPort: calleePort });
    const caller = runSipp(t, {
      ...shape,
      scenario: '../relay/caller',
      localPort: await freePort(),
      remote: `127.0.0.3:${callerSide.port}`,
      service: 'did',
      rate: 100,
    });
    const result = await caller;
    t.equal(result.code, 0, 'every call ended as the caller’s scenario says');
    t.equal((await callee.done).code, 0);
    t.same([seen.invites, seen.answered, seen.ended], [CALLS, CALLS, CALLS], 'each once, none doubled');
    t.same(seen.failed, []);
    await until('all transactions have ended', () => total(engine.stats.transactions) === 0, 64 * T1_MS + 5000);
    t.same(engine.stats.transactions, { ict: 0, nict: 0, ist: 0, nist: 0 });
    t.equal(engine.stats.dialogs, 0);
    t.same(errors, []);
    t.ok(callerSide.stats.lost > CALLS / 10 && calleeSide.stats.lost > CALLS / 10, 'the wires were bad');
  },
);

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
