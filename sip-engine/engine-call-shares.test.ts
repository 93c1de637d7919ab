import t from 'tap';
import { CARRIER, invite, OTHER, overload, STRANGER, startGate } from './engine-test-gate.ts';

t.test('two carriers that both offer too much have as much each', async (t) => {
  const { offer, turn, admitted } = startGate();
  for (let ms = 0; ms < 1000; ms += 5) {
    for (let i = 0; i < 10; i++) offer(CARRIER);
    for (let i = 0; i < 60; i++) offer(OTHER);
    await turn(5);
  }
  const mine = admitted.filter((address) => address === CARRIER).length;
  t.ok(Math.abs(mine / admitted.length - 0.5) < 0.03, `${mine} of ${admitted.length}`);
});

t.test('strangers have one share together', async (t) => {
  const { offer, turn, admitted } = startGate();
  for (let ms = 0; ms < 1000; ms += 5) {
    for (let i = 0; i < 10; i++) offer(CARRIER);
    for (let i = 0; i < 10; i++) offer(STRANGER);
    await turn(5);
  }
  const strangers = admitted.filter((address) => address === STRANGER).length;
  t.ok(strangers / admitted.length < 0.53, `${strangers} of ${admitted.length}`);
});

t.test('one peer’s large calls leave others half of the bytes', async (t) => {
  const { gate, offer } = startGate();
  gate.isBehind = true;
  const big = () => invite({}, 'x'.repeat(60_000));
  for (let i = 0; i < 300; i++) offer(CARRIER, big());
  const own = gate.size;
  t.ok(own < 140, `${own}`);
  for (let i = 0; i < 50; i++) offer(OTHER, big());
  t.equal(gate.size, own + 50);
});

t.test('what waits is bounded in number and in bytes', async (t) => {
  const { gate, offer, refused } = startGate();
  gate.isBehind = true;
  for (let i = 0; i < 5000; i++) offer(CARRIER);
  t.equal(gate.size, 512);
  for (let i = 0; i < 5000; i++) offer(OTHER);
  t.equal(gate.size, 512 + 342, 'one that comes later finds room');
  const large = startGate();
  large.gate.isBehind = true;
  const big = invite({}, 'x'.repeat(60_000));
  for (let i = 0; i < 1000; i++) large.offer(`10.0.${i >> 8}.${i & 255}`, big);
  t.ok(large.gate.size < 300, `${large.gate.size}`);
  t.equal(refused.length, 32 + 16, 'each has its own refusals that are told');
});

t.test('a flood of one carrier’s takes no told refusal from another', async (t) => {
  const started = startGate();
  const { offer, turn, refused } = started;
  await overload(started);
  for (let i = 0; i < 1000; i++) offer(CARRIER);
  t.equal(refused.length, 32);
  for (let ms = 0; ms < 2000; ms += 10) {
    for (let i = 0; i < 40; i++) offer(CARRIER);
    for (let i = 0; i < 12; i++) offer(OTHER);
    await turn(10);
  }
  const told = { CARRIER: 0, OTHER: 0 };
  refused.length = 0;
  for (let turns = 0; turns < 100; turns++) {
    for (let i = 0; i < 40; i++) offer(CARRIER);
    told.CARRIER += refused.splice(0).length;
    for (let i = 0; i < 12; i++) offer(OTHER);
    told.OTHER += refused.splice(0).length;
    await turn(10);
  }
  // Each one for every second call of its own.
  t.ok(told.CARRIER > 150 && told.CARRIER <= 250, `${told.CARRIER}`);
  t.ok(told.OTHER > 150 && told.OTHER <= 250, `${told.OTHER}`);
});

t.test('a refusal is counted as a call’s end when it is told, once for all copies', async (t) => {
  const started = startGate();
  const { gate, offer, turn, refused, counted, counts } = started;
  await overload(started);
  for (let i = 0; i < 31; i++) offer(CARRIER);
  const told = invite();
  for (let copy = 0; copy < 3; copy++) offer(CARRIER, told);
  const kept = invite();
  for (let copy = 0; copy < 3; copy++) offer(CARRIER, kept);
  t.notOk(refused.includes(kept));
  t.equal(counted.length, 32);
  t.equal(counts.get('overload'), 35, 'as datagrams that were not worked on they are counted each');
  while (gate.size > 0) await turn();
  t.equal(offer(CARRIER, kept), false, 'this one is a call after all');
  t.equal(counted.length, 32);
});

t.test(
  'in an overload calls are let in as long as the oldest has not waited for more than 20 ms of work',
  async (t) => {
    for (const [waiting, isRefused] of [
      [12, false],
      [40, true],
    ] as const) {
      const { offer, turn, refused } = startGate();
      for (let i = 0; i < waiting; i++) offer(CARRIER);
      for (let turns = 0; turns < 110; turns++) {
        for (let i = 0; i < 8; i++) offer(CARRIER);
        await turn(10);
      }
      t.equal(refused.length > 0, isRefused, `${waiting} wait`);
    }
  },
);

t.test(
  'three calls offered for each that is taken up: no more wait than are taken up in 20 ms and two turns',
  async (t) => {
    const started = startGate();
    const { gate, offer, turn, admitted, refused } = started;
    await overload(started);
    let most = 0;
    for (let ms = 0; ms < 1000; ms++) {
      for (let i = 0; i < 24; i++) offer(CARRIER);
      if (ms > 100) most = Math.max(most, gate.size);
      await turn(1);
    }
    t.ok(most <= 176, `${most} wait`);
    t.ok(most >= 100, 'and the thread is never without work');
    t.ok(admitted.length >= 7900, `${admitted.length} are taken up`);
    t.ok(refused.length > 0);
  },
);

t.test('and no more of twenty peers than of one', async (t) => {
  const { gate, offer, turn } = startGate();
  const peers = Array.from({ length: 20 }, (_, peer) => `192.0.2.${100 + peer}`);
  let most = 0;
  for (let ms = 0; ms < 2500; ms++) {
    for (let i = 0; i < 24; i++) offer(peers[(ms * 24 + i) % peers.length] ?? '');
    if (ms > 2000) most = Math.max(most, gate.size);
    await turn(1);
  }
  t.ok(most <= 200, `${most} wait`);
});

t.test('a copy of a call that waits is not put behind it, nor refused', async (t) => {
  const { gate, offer, turn, admitted, refused } = startGate();
  gate.isBehind = true;
  const call = invite();
  for (let copy = 0; copy < 3; copy++) t.equal(offer(CARRIER, call), true);
  t.equal(gate.size, 1);
  gate.isBehind = false;
  await turn();
  await turn();
  t.same([admitted.length, refused.length, gate.size], [1, 0, 0]);
});

t.test(
  'on a slow machine calls wait for a second of its work at most, and for a tenth or two turns once that has lasted',
  async (t) => {
    const started = startGate();
    const { gate, offer, turn, admitted, refused } = started;
    let [first, longest] = [0, 0];
    for (let turns = 0; turns < 100; turns++) {
      for (let i = 0; i < 40; i++) offer(CARRIER);
      const waiting = gate.size;
      // Ten milliseconds a call.
      await turn(80, 80);
      if (turns < 14) first = Math.max(first, waiting);
      else longest = Math.max(longest, waiting);
    }
    t.ok(first <= 100 + 40 * 7, `${first}`);
    t.ok(longest <= 50, `${longest} wait, half a second of work`);
    t.ok(admitted.length >= 780, `${admitted.length} were taken up: none of its time is lost`);
    t.ok(refused.length > 0);
  },
);

t.test('as soon as an overload is over what a stall has left is a crowd again', async (t) => {
  const started = startGate();
  const { gate, offer, turn, refused } = started;
  await overload(started);
  for (let i = 0; i < 100; i++) offer(CARRIER);
  for (let ms = 0; gate.size > 0 || ms < 30; ms += 10) {
    for (let i = 0; i < 4; i++) offer(CARRIER);
    await turn(10);
  }
  refused.length = 0;
  for (let stall = 0; stall < 3; stall++) {
    await turn(500);
    for (let i = 0; i < 200; i++) offer(CARRIER);
    for (let turns = 0; turns < 60; turns++) {
      for (let i = 0; i < 4; i++) offer(CARRIER);
      await turn(10);
    }
    t.equal(gate.size, 0);
  }
  t.equal(refused.length, 0);
});

t.test('crowds one upon the other that are never worked off are an overload after two seconds', async (t) => {
  const { offer, turn, refused } = startGate();
  for (let i = 0; i < 60; i++) offer(CARRIER);
  for (let turns = 0; turns < 240; turns++) {
    if (turns % 60 === 0) for (let i = 0; i < 180; i++) offer(CARRIER);
    for (let i = 0; i < 5; i++) offer(CARRIER);
    await turn(10);
    if (turns === 150) t.equal(refused.length, 0);
  }
  t.ok(refused.length > 0);
});

t.test('when an overload is noticed who comes is not kept waiting behind what has grown old', async (t) => {
  const { offer, turn, gate, refused } = startGate();
  let waited = 0;
  for (let turns = 0; turns < 103; turns++) {
    for (let i = 0; i < 14; i++) offer(CARRIER);
    waited = Math.max(waited, gate.size);
    await turn(10);
  }
  t.ok(waited > 400, `${waited}`);
  t.ok(gate.size < 120, `${gate.size} a turn later`);
  t.ok(refused.length > 0);
});

t.test('a machine of which a turn takes longer than calls may wait takes up as many as ever', async (t) => {
  const { offer, turn, admitted } = startGate();
  for (let turns = 0; turns < 60; turns++) {
    if (turns === 20) admitted.length = 0;
    for (let i = 0; i < 24; i++) offer(CARRIER);
    await turn(800, 800);
  }
  t.ok(admitted.length >= 312, `${admitted.length} in forty turns`);
});

t.test('a slow machine that is offered little more than it carries is never without work', async (t) => {
  const { offer, turn, admitted, refused } = startGate();
  for (let turns = 0; turns < 300; turns++) {
    for (let i = 0; i < 10; i++) offer(CARRIER);
    if (turns === 200) admitted.length = 0;
    await turn(80, 80);
  }
  t.ok(refused.length > 0);
  t.ok(admitted.length >= 790, `${admitted.length} in a hundred turns`);
});

t.test('a crowd that is being worked off is refused nothing, however long that takes', async (t) => {
  const { gate, offer, turn, refused } = startGate();
  for (let i = 0; i < 300; i++) offer(CARRIER);
  let turns = 0;
  for (; gate.size > 0; turns++) {
    for (let i = 0; i < 6; i++) offer(CARRIER);
    await turn(10);
  }
  t.ok(turns > 120, `after ${turns * 10} ms`);
  t.equal(refused.length, 0);
});
