import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { NO_CALLS } from '../billing-hooks/index.ts';
import { openTestSandbox } from './test-sandbox.ts';
import type { WorldSip } from './world-sip.ts';

const EXPLAINED = { result: 'ok', reason: 'answered', sentence: 'It rings.', remedy: '', steps: [], accountIds: [] };

/** SIP sides that explain every call, and die when a test says so. */
function fakeSip(stop: () => Promise<void>) {
  const deaths: PromiseWithResolvers<void>[] = [];
  const startSip = async (): Promise<WorldSip> => {
    const death = Promise.withResolvers<void>();
    deaths.push(death);
    return {
      ...{ port: 9, holds: NO_CALLS, died: death.promise, stop },
      queries: { request: async () => EXPLAINED as never },
      sendToPbx: async () => ({ kind: 'no_pbx' }),
      publish: async () => undefined,
      stored: async () => undefined,
    };
  };
  return { startSip, deaths };
}

t.test('the SIP side of a world is started when it is needed, once, and anew when it has died', async (t) => {
  let stopped = 0;
  const ended = Promise.withResolvers<void>();
  const { startSip, deaths } = fakeSip(async () => {
    stopped += 1;
    ended.resolve();
  });
  const { send } = await openTestSandbox(t, { startSip });
  const bought = await send('POST', '/wallet/checkout', { body: { items: [{ number: '+12125550100' }] } });
  t.equal(bought.status, 201);
  t.equal(deaths.length, 0, 'not for this');
  const explain = () => send('GET', '/routing/explain?from=%2B12025550123&to=%2B12125550100');
  for (const { body } of await Promise.all([explain(), explain()])) t.equal(body.result, 'ok', JSON.stringify(body));
  t.equal(deaths.length, 1);
  deaths[0]?.resolve();
  await ended.promise;
  t.equal((await explain()).status, 200);
  t.same([deaths.length, stopped], [2, 1]);
});

t.test('a SIP side that cannot be ended closes no world for good', async (t) => {
  const { startSip, deaths } = fakeSip(() => Promise.reject(new Error('this SIP side cannot be ended')));
  const { send, sandbox, clock } = await openTestSandbox(t, { startSip, idleMs: 1000 });
  await send('POST', '/wallet/checkout', { body: { items: [{ number: '+12125550100' }] } });
  const explain = async () => (await send('GET', '/routing/explain?from=%2B12025550123&to=%2B12125550100')).status;
  t.equal(await explain(), 200);
  deaths[0]?.resolve();
  await setImmediate();
  t.equal(await explain(), 200, 'after a death');
  clock.advance(2000);
  sandbox.closeIdle();
  t.equal(await explain(), 200, 'after it was closed');
  t.equal(deaths.length, 3);
});
