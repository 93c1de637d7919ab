import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setInterval as every, setTimeout as pause } from 'node:timers/promises';
import { AddressGuard, WebhookSender } from '../billing-hooks/index.ts';
import { appendOutbox, createAccount, createWebhook, openStore, type Store } from '../tenancy/index.ts';
import { startScript } from './support/child.ts';
import type { Bench } from './support/report.ts';
import { inWorkDir } from './support/work-dir.ts';

const ENDPOINTS = 50;
const PER_MINUTE = Number(process.env.BENCH_EVENTS_PER_MINUTE ?? 10_000);
const SECONDS = Number(process.env.BENCH_WEBHOOK_SECONDS ?? 60);
const TICK_MS = 100;
const BURST = 10_000;

/**
 * 10,000 events a minute to 50 endpoints, each of an account of its own, one of which never answers: the p99 of the
 * time from commit to receiver at the other 49. Then 10,000 events at once: how many a second leave.
 */
export const bench: Bench = () =>
  inWorkDir(async (dir, onEnd) => {
    const receiver = startScript('generator', 'bench/load/webhook-receiver.ts', []);
    onEnd(() => receiver.stop());
    const { port } = await receiver.nextJson();
    const store = await openStore({
      file: join(dir, 'didfarm.db'),
      secretKey: randomBytes(32),
      platformRealm: 'sip.didfarm.com',
    });
    onEnd(() => store.close());
    const accounts = await addEndpoints(store, `http://127.0.0.1:${port}`);
    const sender = new WebhookSender({ store, guard: new AddressGuard(['127.0.0.0/8']), onFault: console.error });
    onEnd(() => sender.close());
    sender.start();

    const cpu = process.cpuUsage();
    let made = 0;
    const startedMs = performance.now();
    for await (const _ of every(TICK_MS)) {
      const due = Math.floor(((performance.now() - startedMs) / 60_000) * PER_MINUTE) - made;
      await tell(store, accounts, made, due);
      made += due;
      if (performance.now() - startedMs > SECONDS * 1000) break;
    }
    await pause(2000);
    const steady = await receiver.ask({});
    const { user, system } = process.cpuUsage(cpu);

    const burstMs = performance.now();
    for (let told = 0; told < BURST; told += 500) await tell(store, accounts, told, 500);
    let arrived = 0;
    while (arrived < (BURST / ENDPOINTS) * (ENDPOINTS - 1)) {
      await pause(50);
      arrived += Number((await receiver.ask({})).received);
    }
    const seconds = (performance.now() - burstMs) / 1000;
    return [
      figure('events_told', made, ''),
      figure('events_arrived_at_49', Number(steady.received), ''),
      figure('p99_ms_with_one_hanging', Number(steady.p99Ms), 'ms'),
      figure('cpu_ms_per_1000_events', (user + system) / made, 'ms'),
      figure('burst_events_per_sec', arrived / seconds, '1/s'),
    ];
  });

async function addEndpoints(store: Store, base: string): Promise<readonly number[]> {
  return store.write(async (context) => {
    const accounts: number[] = [];
    for (let n = 0; n < ENDPOINTS; n += 1) {
      const { id: accountId } = await createAccount(context, { name: `Client ${n}` });
      await createWebhook(context, { accountId, url: `${base}/${n === 0 ? 'hang' : n}`, events: ['*'] });
      accounts.push(accountId);
    }
    return accounts;
  });
}

/** Each event concerns one account and a trunk of its own. */
function tell(store: Store, accounts: readonly number[], from: number, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, n) => ({
    accountId: accounts[(from + n) % ENDPOINTS] ?? null,
    event: 'trunk.registered' as const,
    data: { trunk_uuid: `trk_${from + n}_${Date.now()}`, made_at_ms: Date.now() },
  }));
  return store.write((context) => appendOutbox(context, events));
}

function figure(name: string, value: number, unit: string) {
  return { name, value, unit, isRatio: false };
}
