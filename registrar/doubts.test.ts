import t from 'tap';
import { fc } from '../sip-engine/testing-properties.ts';
import { contactsOf, digestTrunk, register, testRegistrar } from './fixtures.ts';

const MOST = 2;

function setUp(contactPolicy: 'replace_oldest' | 'reject' = 'replace_oldest') {
  const test = testRegistrar({
    trunks: [digestTrunk({ id: 7, maxContacts: MOST, contactPolicy })],
    registration: { probeIntervalSec: 0 },
    rateLimits: false,
  });
  let cseq = 0;
  const send = (host: number, callId = `${host}`) => {
    cseq += 2;
    test.clock.advance(1);
    return register(test, { contact: `<sip:s@10.0.0.${host}>`, callId, cseq, sourcePort: 1000 + host });
  };
  const shown = () => test.registrar.bindingsOf(7).map((binding) => Number(binding.contact.at(-1)));
  const answer = (host: number, isAlive: boolean) => {
    const at = test.probes.findIndex((probe) => probe.request.uri === `sip:s@10.0.0.${host}`);
    if (at < 0) return;
    test.probes.splice(at, 1)[0]?.done(isAlive ? { kind: 'response', status: 200, rttMs: 1 } : { kind: 'timeout' });
  };
  return { test, send, shown, answer };
}

t.test(
  'a full trunk calls the newcomer at once and those that may be it from before not until they answer',
  async (t) => {
    const { send, shown, answer } = setUp();
    send(1);
    answer(1, true);
    send(2);
    send(3);
    t.strictSame(shown(), [3, 2]);
    answer(1, true);
    t.strictSame(shown(), [3, 1], 'who has answered comes before who is still asked');
    answer(2, false);
    t.strictSame(shown(), [3, 1]);
  },
);

t.test('under reject the newcomer gives way when all others turn out to be alive', async (t) => {
  const { test, send, shown, answer } = setUp('reject');
  send(1);
  send(2);
  answer(1, true);
  t.equal(send(3).status, 200);
  t.strictSame(shown(), [3, 2]);
  answer(1, true);
  answer(2, true);
  t.strictSame(shown(), [2, 1]);
  t.match(test.changes.at(-1), { op: 'remove', contact: 'sip:s@10.0.0.3', cause: 'replaced' });
});

t.test('a PBX that is asked and registers meanwhile is back, and its probe decides nothing any more', async (t) => {
  const { send, shown, answer } = setUp();
  send(1);
  send(2);
  send(3);
  t.strictSame(shown(), [3, 2]);
  t.same(contactsOf(send(1)).length, MOST);
  t.strictSame(shown(), [1, 3]);
  for (const host of [1, 1, 2, 2]) answer(host, false);
  t.strictSame(shown(), [1, 3]);
});

t.test('the limit holds at every moment, and every 200 lists who has just registered', async (t) => {
  const command = fc.record({
    host: fc.integer({ min: 1, max: 6 }),
    act: fc.constantFrom('register', 'alive', 'dead'),
  });
  const sequences = fc.array(command, { maxLength: 40 });
  fc.assert(
    fc.property(sequences, fc.constantFrom('replace_oldest' as const, 'reject' as const), (sequence, policy) => {
      const { test, send, shown, answer } = setUp(policy);
      for (const { host, act } of sequence) {
        if (act === 'register') {
          const outcome = send(host);
          const isListed = contactsOf(outcome).some((line) => line.startsWith(`<sip:s@10.0.0.${host}>`));
          if (outcome.status === 200 && !isListed) throw new Error(`${host} is not listed`);
          if (outcome.status !== 200 && policy !== 'reject') throw new Error(`${host}: ${outcome.reason}`);
          if (outcome.status === 200 && contactsOf(outcome).length !== shown().length) throw new Error('lists others');
        } else answer(host, act === 'alive');
        if (shown().length > MOST) throw new Error(`${shown().length} at once`);
      }
      for (const probe of test.probes.splice(0)) probe.done({ kind: 'response', status: 200, rttMs: 1 });
      if (shown().length > MOST) throw new Error(`${shown().length} in the end`);
    }),
    { numRuns: 300 },
  );
  t.pass();
});
