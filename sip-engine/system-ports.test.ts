import t from 'tap';
import { createSystemClock, createSystemRandom } from './system-ports.ts';

t.test('random text has the length asked for and does not repeat', (t) => {
  const random = createSystemRandom();
  const seen = new Set<string>();
  for (let i = 0; i < 5000; i++) {
    const text = random.hex(16);
    if (!/^[0-9a-f]{16}$/.test(text)) t.fail(text);

    seen.add(text);
  }
  t.equal(seen.size, 5000);
  t.equal(random.hex(10_001).length, 10_001);
  t.end();
});

t.test('UUIDs are those of RFC 9562 version 4 and do not repeat', (t) => {
  const random = createSystemRandom();
  const seen = new Set<string>();
  for (let i = 0; i < 5000; i++) {
    const uuid = random.uuid();
    if (!/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid)) t.fail(uuid);
    seen.add(uuid);
  }
  t.equal(seen.size, 5000);
  t.end();
});

t.test('every digit of a UUID that is not given is random, apart from all others', (t) => {
  const random = createSystemRandom();
  const uuids = Array.from({ length: 1_000 }, () => random.uuid());
  const bits = uuids.map((uuid) => {
    const number = BigInt(`0x${uuid.replaceAll('-', '')}`);
    return Array.from({ length: 128 }, (_, bit) => Number((number >> BigInt(bit)) & 1n));
  });
  const free = Array.from({ length: 128 }, (_, bit) => bit).filter((bit) => bit >> 2 !== 19 && bit >> 1 !== 31);
  t.equal(free.length, 122);
  // Of 1,000 throws of a coin 500 are heads, with a deviation of 16: ten times that does not come by chance.
  const isEven = (heads: number) => Math.abs(heads - 500) < 160;
  for (const one of free) {
    if (!isEven(bits.reduce((sum, uuid) => sum + (uuid[one] ?? 0), 0))) t.fail(`bit ${one}`);
    for (const other of free) {
      if (other <= one) continue;
      if (!isEven(bits.reduce((sum, uuid) => sum + ((uuid[one] ?? 0) ^ (uuid[other] ?? 0)), 0)))
        t.fail(`${one} and ${other}`);
    }
  }
  t.end();
});

t.test('a stopped interval of the system clock ticks no more', async (t) => {
  const clock = createSystemClock();
  const ticked = await new Promise<number>((resolve) => {
    const keepAlive = setTimeout(() => undefined, 5000);
    let count = 0;
    const stop = clock.every(1, () => {
      count++;
      stop();
      clearTimeout(keepAlive);
      setImmediate(() => resolve(count));
    });
  });
  t.equal(ticked, 1);
  t.ok(clock.wallMs() > Date.UTC(2026, 0, 1));
});
