import t from 'tap';
import { BanBook } from './ban-book.ts';
import { Overload } from './overload.ts';
import { createPreFilter, shareOf } from './pre-filter.ts';

/** A thread that can take so many requests a second; each stranger that is let in costs as much as any other. */
function loaded(capacityPerSec: number) {
  const state = { nowMs: 1_000_000, taken: 0 };
  const told: boolean[] = [];
  const overload = new Overload({
    nowMs: () => state.nowMs,
    utilization() {
      const share = state.taken / (capacityPerSec / 10);
      state.taken = 0;
      return Math.min(1, share);
    },
    changed: (isOn) => told.push(isOn),
  });
  /** Strangers' requests of one second, evenly; how many were let in. */
  const second = (requests: number) => {
    let admitted = 0;
    for (let i = 0; i < requests; i++) {
      state.nowMs += 1000 / requests;
      if (!overload.admitsStranger()) continue;
      admitted += 1;
      state.taken += 1;
    }
    return admitted;
  };
  return { state, overload, told, second };
}

t.test('without overload every stranger is heard', async (t) => {
  const { overload, second, told } = loaded(10_000);
  t.equal(second(5000), 5000);
  t.equal(overload.isOn, false);
  t.strictSame(told, []);
});

t.test('in a flood strangers get what the thread has time for, and it keeps some for others', async (t) => {
  const { second, told } = loaded(10_000);
  second(20_000);
  for (let i = 0; i < 5; i++) {
    const admitted = second(20_000);
    t.ok(admitted >= 4000 && admitted <= 8600, `${admitted} of 20,000 with room for 10,000`);
  }
  t.equal(told[0], true);
});

t.test('the flood over, strangers are all heard within two seconds', async (t) => {
  const { second, overload, told } = loaded(10_000);
  for (let i = 0; i < 3; i++) second(50_000);
  t.equal(overload.isOn, true);
  second(1000);
  second(1000);
  t.equal(second(1000), 1000);
  t.equal(overload.isOn, false);
  t.equal(told.at(-1), false);
});

t.test('even a thread without any time lets some strangers in: one of them may be a PBX that has moved', async (t) => {
  const { second, overload } = loaded(1);
  for (let i = 0; i < 10; i++) second(10_000);
  t.equal(overload.isOn, true);
  t.ok(second(10_000) >= 190);
});

t.test('a pause in which nothing came is no overload', async (t) => {
  const { second, overload, state } = loaded(10_000);
  second(1000);
  state.nowMs += 60_000;
  state.taken = 1_000_000;
  t.equal(second(10), 10);
  t.equal(overload.isOn, false);
});

t.test('registered sources, carriers and what belongs to a call pass whatever the load', async (t) => {
  const nowMs = () => 1_000_000;
  const overload = new Overload({ nowMs, utilization: () => 1 });
  const bans = new BanBook({
    config: { trustedNetworks: [], banIdentitiesPerMinute: 10, banFirstSec: 60, banMaxSec: 600 },
    nowMs,
    emit: () => undefined,
    holdsBinding: (address) => address === '192.0.2.1',
    isPeer: (address) => address === '192.0.2.2',
  });
  bans.recordSuccess('192.0.2.3', 'a@b');
  let shedAll = false;
  overload.admitsStranger = () => !shedAll;
  const filter = createPreFilter({ bans, nowMs, scanners: [], overload });
  t.equal(filter('198.51.100.1', 'udp', 'REGISTER', ''), 'pass');
  shedAll = true;
  t.equal(filter('198.51.100.1', 'udp', 'REGISTER', ''), 'drop');
  t.equal(filter('198.51.100.1', 'udp', 'INVITE', ''), 'drop');
  for (const known of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) t.equal(filter(known, 'udp', 'REGISTER', ''), 'pass');
  for (const method of ['ACK', 'BYE', 'CANCEL']) t.equal(filter('198.51.100.1', 'udp', method, ''), 'pass');
});

t.test('a known source has a share of its own, an IPv6 network one together, and all strangers have one', async (t) => {
  const config = { trustedNetworks: [], banIdentitiesPerMinute: 10, banFirstSec: 60, banMaxSec: 600 };
  const bans = new BanBook({
    ...{ config, nowMs: () => 1_000_000, emit: () => undefined },
    holdsBinding: (address) => address.startsWith('2001:db8::'),
    isPeer: (address) => address === '192.0.2.2',
  });
  bans.recordSuccess('192.0.2.3', 'a@b');
  t.equal(shareOf(bans, '192.0.2.2'), '192.0.2.2');
  t.equal(shareOf(bans, '192.0.2.3'), '192.0.2.3');
  t.equal(shareOf(bans, '2001:db8::1'), shareOf(bans, '2001:db8::2'));
  t.not(shareOf(bans, '2001:db8::1'), '');
  t.same([shareOf(bans, '198.51.100.1'), shareOf(bans, '198.51.100.2')], ['', '']);
});
