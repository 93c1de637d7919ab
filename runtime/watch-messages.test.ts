import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import { createDefaultCarrier } from '../billing-hooks/index.ts';
import { createLogger } from '../telemetry/index.ts';
import { createAccount, createDid, createMessage, openStore } from '../tenancy/index.ts';
import { until } from '../test-sip/support/wait.ts';
import { repeat } from './repeat.ts';
import { watchMessages } from './watch-messages.ts';

const HOUR_MS = 3_600_000;

t.test('forty messages of one account leave as fast as the carrier takes them, once each', async (t) => {
  const clock = { nowMs: () => Date.UTC(2026, 10, 21, 9) };
  const file = join(t.testdir(), 'didfarm.db');
  const store = await openStore({ file, secretKey: randomBytes(32), platformRealm: 'sip.didfarm.com', clock });
  await store.write(async (context) => {
    const { id: accountId } = await createAccount(context, { name: 'Busy' });
    const fromNumber = '+447400000010';
    const { id: didId } = await createDid(context, { accountId, number: fromNumber, smsEnabled: true });
    const text = { direction: 'out', body: 'Hello', encoding: 'GSM-7', segments: 1, status: 'queued' } as const;
    for (let n = 10; n < 50; n += 1)
      await createMessage(context, { ...text, accountId, didId, fromNumber, toNumber: `+316876600${n}` });
  });
  const handed: string[] = [];
  const carrier = {
    ...createDefaultCarrier(store),
    sendMessage: async ({ reference }: { readonly reference: string }) => {
      handed.push(reference);
      return { status: 'accepted' as const, carrierId: reference };
    },
  };
  const holds = { during: <T>(_purchase: unknown, work: (heldMicros: number) => Promise<T>) => work(0) };
  const sendToPbx = () => Promise.reject(new Error('there is nothing for a PBX'));
  const desk = { store, carrier, holds, sendToPbx, everyMs: HOUR_MS };
  const watching = watchMessages(desk, createLogger({ level: 'error' }));
  t.teardown(async () => {
    await watching.close();
    await store.close();
  });
  const waiting = store.db.selectFrom('messages').select('id').where('status', '=', 'queued');
  await until('all have left', async () => (await waiting.execute()).length === 0);
  t.equal(handed.length, 40);
  t.equal(new Set(handed).size, 40);
});

t.test('rounds that are asked for meanwhile are one, after the one that runs; none once it is closed', async (t) => {
  const rounds: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => rounds.push(resolve));
  const repeated = repeat(HOUR_MS, work, (error) => t.fail(String(error)));
  repeated.again();
  repeated.again();
  t.equal(rounds.length, 1);
  rounds[0]?.();
  await new Promise(setImmediate);
  t.equal(rounds.length, 2);
  repeated.again();
  const closed = repeated.close();
  rounds[1]?.();
  await closed;
  repeated.again();
  await new Promise(setImmediate);
  t.equal(rounds.length, 2);
});
