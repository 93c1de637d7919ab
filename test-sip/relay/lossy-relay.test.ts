import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { until } from '../support/wait.ts';
import { createFates, type NetworkQuality, PERFECT } from './fate.ts';
import { startLossyRelay } from './lossy-relay.ts';

const ROUGH: NetworkQuality = { loss: 0.05, duplication: 0.05, jitterMs: 10, reordering: 0.1, reorderMs: 50 };

async function openUdp(t: Test): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return socket;
}

/** So many are under way at once: the kernel's own buffers must not lose any. */
const BATCH = 50;

/** Sends the numbers 0 to count-1 to an echo behind the relay; what comes back. */
async function exchange(t: Test, quality: NetworkQuality, count: number) {
  const echo = await openUdp(t);
  echo.on('message', (bytes, from) => echo.send(bytes, from.port, from.address));
  const relay = await startLossyRelay({ target: { host: '127.0.0.1', port: echo.address().port }, quality, seed: 7 });
  t.teardown(() => relay.close());
  const client = await openUdp(t);
  const back: number[] = [];
  client.on('message', (bytes) => back.push(Number(bytes.toString())));
  for (let sent = 0; sent < count; ) {
    for (const end = Math.min(sent + BATCH, count); sent < end; sent++)
      client.send(String(sent), relay.port, relay.host);
    // Only when both wires have drawn and delivered everything is this equal; before it is less.
    await until('all have arrived', () => back.length === sent - relay.stats.lost + relay.stats.duplicated);
  }
  return { back, stats: relay.stats };
}

t.test('a seed draws the same fates every time, another seed others', (t) => {
  const draw = (seed: number) => {
    const next = createFates(seed, ROUGH);
    return Array.from({ length: 100 }, () => next());
  };
  t.same(draw(1), draw(1));
  t.notSame(draw(1), draw(2));
  t.end();
});

t.test('fates come in the shares that were asked for', (t) => {
  const next = createFates(42, ROUGH);
  const fates = Array.from({ length: 20_000 }, () => next());
  const share = (is: (fate: readonly number[]) => boolean) => fates.filter(is).length / fates.length;
  const near = (share: number, wanted: number) => Math.abs(share - wanted) < 0.01;
  t.ok(
    near(
      share((fate) => fate.length === 0),
      0.05,
    ),
  );
  t.ok(
    near(
      share((fate) => fate.length === 2),
      0.05 * 0.95,
    ),
  );
  t.ok(
    near(
      share((fate) => (fate[0] ?? 0) >= 50),
      0.1 * 0.95,
    ),
  );
  t.end();
});

t.test('a perfect wire carries everything in order, both ways', async (t) => {
  const { back, stats } = await exchange(t, PERFECT, 200);
  t.same(back, [...Array(200).keys()]);
  t.same(stats, { forwarded: 400, lost: 0, duplicated: 0, overtaken: 0, peers: 1 });
});

t.test('a dead wire carries nothing', async (t) => {
  const { back, stats } = await exchange(t, { ...PERFECT, loss: 1 }, 20);
  t.same(back, []);
  t.same([stats.lost, stats.forwarded], [20, 0]);
});

t.test('a rough wire loses, doubles and reorders', async (t) => {
  const { back, stats } = await exchange(t, ROUGH, 500);
  const distinct = new Set(back).size;
  t.ok(distinct < 500 && distinct > 400, `${distinct} of 500 came back`);
  t.ok(back.length > distinct, 'some twice');
  t.notSame(
    back,
    back.toSorted((a, b) => a - b),
    'not in order',
  );
  t.ok(stats.lost > 20 && stats.duplicated > 20 && stats.overtaken > 20, JSON.stringify(stats));
});

t.test('each peer has its own way to the target, which can tell them apart', async (t) => {
  const target = await openUdp(t);
  const seen = new Set<number>();
  target.on('message', (bytes, from) => {
    seen.add(from.port);
    target.send(bytes, from.port, from.address);
  });
  const { port } = target.address();
  const relay = await startLossyRelay({ target: { host: '127.0.0.1', port }, quality: PERFECT, seed: 1 });
  t.teardown(() => relay.close());
  const clients = [await openUdp(t), await openUdp(t)];
  const answers = clients.map((client) => once(client, 'message'));
  clients.forEach((client, i) => {
    client.send(`from ${i}`, relay.port, relay.host);
  });
  const texts = (await Promise.all(answers)).map(([bytes]) => String(bytes));
  t.same(texts, ['from 0', 'from 1']);
  t.equal(seen.size, 2);
  t.equal(relay.stats.peers, 2);
});
