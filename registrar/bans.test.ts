import t from 'tap';
import { carrierRecord } from '../tenancy/index.ts';
import { digestTrunk, register, registerRequest, testRegistrar } from './fixtures.ts';

t.test('ten different identities that fail within a minute ban a source that nobody honest uses', async (t) => {
  const test = testRegistrar();
  const guess = (name: string) => register(test, { username: name, sourceAddress: '192.0.2.66', callId: name });
  for (let index = 0; index < 9; index += 1) t.match(guess(`u${index}`), { status: 401, reason: 'unknown_user' });
  t.strictSame(test.bans, []);
  t.match(guess('u9'), { status: 401 });
  t.strictSame(test.bans, ['add 192.0.2.66']);
  const banned = guess('u10');
  t.match(banned, { status: 503, reason: 'banned' });
  t.ok(banned.lines.includes('Retry-After: 60'));
  t.match(register(test, { sourceAddress: '192.0.2.67' }), { status: 200 }, 'its neighbour is not');
  test.clock.advance(61);
  t.match(guess('u11'), { status: 401 }, 'it ends by itself');
});

t.test('bans grow, are listed with reason, and are lifted', async (t) => {
  const test = testRegistrar();
  const flood = () => {
    for (let index = 0; index < 10; index += 1) {
      register(test, { username: `u${index}`, sourceAddress: '192.0.2.66', callId: `${index}` });
    }
  };
  flood();
  test.clock.advance(61);
  flood();
  const [ban] = test.auth.bans.list();
  t.match(ban, { address: '192.0.2.66', reason: '10 different identities failed within a minute' });
  t.equal(ban?.untilMs, test.clock.nowMs + 120_000);
  t.ok(test.auth.bans.lift('192.0.2.66'));
  t.notOk(test.auth.bans.lift('192.0.2.66'));
  t.match(register(test, { sourceAddress: '192.0.2.66' }), { status: 200 });
  t.strictSame(test.bans, ['add 192.0.2.66', 'add 192.0.2.66', 'lift 192.0.2.66']);
});

t.test('who has a ban lifted and goes on is banned for longer', async (t) => {
  const test = testRegistrar();
  for (const minutes of [1, 2, 4]) {
    for (let index = 0; index < 10; index += 1)
      register(test, { username: `u${index}`, sourceAddress: '192.0.2.66', callId: `${index}` });
    t.equal(test.auth.bans.list()[0]?.untilMs, test.clock.nowMs + minutes * 60_000);
    t.ok(test.auth.bans.lift('192.0.2.66'));
    test.clock.advance(61);
  }
});

t.test('an IPv6 host is its /64', async (t) => {
  const test = testRegistrar();
  for (let index = 0; index < 10; index += 1) {
    register(test, { username: `u${index}`, sourceAddress: `2001:db8:1:2::${index + 1}`, callId: `${index}` });
  }
  t.strictSame(test.bans, ['add 2001:db8:1:2::/64']);
  t.match(test.registrar.handle(registerRequest({ sourceAddress: '2001:db8:1:2:ffff::9' })), { status: 503 });
  t.match(test.registrar.handle(registerRequest({ sourceAddress: '2001:db8:1:3::9' })), { status: 401 });
});

t.test('first challenges, and nonces that were not issued to the source, never count', async (t) => {
  const test = testRegistrar();
  const sourceAddress = '192.0.2.66';
  for (let index = 0; index < 50; index += 1) {
    test.registrar.handle(registerRequest({ username: `u${index}`, sourceAddress }));
    const other = test.registrar.handle(registerRequest({ username: `u${index}`, sourceAddress: '192.0.2.1' }));
    const nonce = /nonce="([^"]+)"/.exec(other.lines[0] ?? '')?.[1];
    const authorization = `Digest username="u${index}", realm="sip.didfarm.com", nonce="${nonce}", uri="sip:x", response="0", qop=auth, nc=00000001, cnonce="c"`;
    t.match(test.registrar.handle(registerRequest({ sourceAddress, headers: { authorization } })), {
      reason: 'nonce_foreign',
    });
  }
  t.strictSame(test.bans, []);
});

t.test('one identity guessed without end is slowed to five a minute, never banned', async (t) => {
  const test = testRegistrar();
  const guess = (index: number) =>
    register(test, { password: `p${index}`, sourceAddress: '192.0.2.66', callId: `${index}` });
  let looked = 0;
  for (let second = 0; second < 600; second += 1) {
    const outcome = guess(second);
    if (outcome.reason === 'wrong_password') looked += 1;
    else t.match(outcome, { status: 503, reason: 'rate_limited' });
    test.clock.advance(1);
  }
  t.ok(looked <= 55 && looked >= 45, `${looked} attempts in ten minutes`);
  t.strictSame(test.bans, []);
});

t.test('a guesser behind the same address does not slow the PBX that is registered there', async (t) => {
  const test = testRegistrar({ hasEngine: false });
  register(test, { callId: 'honest', cseq: 1, expires: 600 });
  for (let index = 0; index < 20; index += 1)
    register(test, { password: 'guess', callId: `g${index}`, sourcePort: 9000 });
  t.match(register(test, { callId: 'guess', password: 'secret', sourcePort: 9000 }), { status: 503 });
  t.match(register(test, { callId: 'honest', cseq: 10, expires: 600 }), { status: 200, reason: 'refreshed' });
});

t.test(
  'two offices: four stale passwords behind the address of six honest PBXes for ten minutes refuse none of the six',
  async (t) => {
    const trunks = Array.from({ length: 10 }, (_, index) => digestTrunk({ id: index + 1, username: `pbx${index}` }));
    const test = testRegistrar({ trunks, hasEngine: false });
    const refused: unknown[] = [];
    for (let second = 0; second < 600; second += 1) {
      for (let index = 0; index < 10; index += 1) {
        const isStale = index < 4;
        // Stale ones retry every ten seconds, honest ones refresh each minute.
        if (second % (isStale ? 10 : 60) !== index) continue;
        const fields = {
          username: `pbx${index}`,
          callId: `${index}`,
          cseq: second * 2 + 1,
          sourcePort: 20_000 + index,
          expires: 120,
        };
        const outcome = register(test, { ...fields, password: isStale ? 'stale' : 'secret' });
        if (!isStale && outcome.status !== 200) refused.push(outcome);
      }
      test.clock.advance(1);
    }
    t.strictSame(refused, []);
    t.strictSame(test.bans, []);
    t.equal(test.registrar.counts.registered, 6);
  },
);

t.test('while a source holds a live binding, a ban there reaches only identities that do not exist', async (t) => {
  const test = testRegistrar({
    trunks: [digestTrunk({ id: 7 }), digestTrunk({ id: 8, username: 'beta' })],
    hasEngine: false,
  });
  register(test, { callId: 'honest' });
  for (let index = 0; index < 12; index += 1)
    register(test, { username: `u${index}`, callId: `${index}`, sourcePort: 9000 });
  t.equal(test.bans.length, 1);
  t.match(register(test, { username: 'u99', callId: 'u99' }), { status: 503, reason: 'banned' });
  t.match(register(test, { callId: 'honest', cseq: 9 }), { status: 200 });
  t.match(register(test, { username: 'beta', callId: 'beta' }), { status: 200 }, 'a PBX that is new there');
  t.equal(test.auth.preFilter('198.51.100.7', 'udp', 'REGISTER', 'PBX'), 'pass');
});

t.test('trusted networks, carriers and addresses that authenticated within 24 h are never dropped', async (t) => {
  const test = testRegistrar({
    auth: { trustedNetworks: ['192.0.2.0/28'] },
    delta: { carriers: [carrierRecord({ id: 1, sources: ['192.0.2.99'] })] },
    hasEngine: false,
  });
  const flood = (sourceAddress: string) => {
    for (let index = 0; index < 30; index += 1)
      register(test, { username: `u${index}`, sourceAddress, callId: `${index}` });
  };
  flood('192.0.2.1');
  flood('192.0.2.99');
  t.strictSame(test.bans, []);
  register(test, { sourceAddress: '203.0.113.9', expires: 60 });
  test.clock.advance(3600);
  t.equal(test.registrar.bindingsOf(7).length, 0);
  flood('203.0.113.9');
  t.equal(test.auth.preFilter('203.0.113.9', 'udp', 'INVITE', 'PBX'), 'pass');
  t.match(register(test, { sourceAddress: '203.0.113.9', callId: 'back' }), { status: 200 });
});

t.test(
  'before a transaction: scanners hear nothing, banned sources a few 503 and then nothing, calls are let be',
  async (t) => {
    const test = testRegistrar();
    const filter = test.auth.preFilter;
    t.equal(filter('192.0.2.5', 'udp', 'OPTIONS', 'Friendly-Scanner 1'), 'drop');
    for (const agent of ['sipsak 0.9.8', 'SIPp', 'baresip v3', ''])
      t.equal(filter('192.0.2.5', 'udp', 'OPTIONS', agent), 'pass');
    for (let index = 0; index < 10; index += 1)
      register(test, { username: `u${index}`, sourceAddress: '192.0.2.5', callId: `${index}` });
    for (let index = 0; index < 5; index += 1)
      t.match(filter('192.0.2.5', 'udp', 'REGISTER', ''), { status: 503, retryAfterSec: 60 });
    t.equal(filter('192.0.2.5', 'udp', 'REGISTER', ''), 'drop');
    t.equal(filter('192.0.2.5', 'udp', 'BYE', ''), 'pass');
  },
);

t.test('a flood from one source is limited with Retry-After, and can be switched off', async (t) => {
  const flood = (rateLimits: boolean) => {
    const test = testRegistrar({ rateLimits });
    const refused = Array.from({ length: 400 }, () => test.registrar.handle(registerRequest())).filter(
      (o) => o.status === 503,
    );
    return { refused, test };
  };
  const { refused, test } = flood(true);
  t.equal(refused.length, 200);
  t.match(refused[0], {
    reason: 'rate_limited',
    lines: ['Retry-After: 1', 'Warning: 399 sip.didfarm.com "rate_limited"'],
  });
  t.match(test.registrar.handle(registerRequest({ sourceAddress: '192.0.2.1' })), { status: 401 });
  t.equal(flood(false).refused.length, 0);
});

t.test('a ban of another thread holds here and is told to nobody; a next one of our own is longer', async (t) => {
  const test = testRegistrar();
  const untilMs = test.clock.nowMs + 60_000;
  test.auth.bans.hear({ op: 'add', address: '192.0.2.66', untilMs, reason: 'guesses' });
  t.match(register(test, { username: 'nobody', sourceAddress: '192.0.2.66' }), { status: 503, reason: 'banned' });
  t.match(test.auth.bans.list(), [{ address: '192.0.2.66', untilMs, reason: 'guesses' }]);
  test.auth.bans.hear({ op: 'lift', address: '192.0.2.66', untilMs: test.clock.nowMs, reason: 'lifted' });
  t.strictSame(test.auth.bans.list(), []);
  t.strictSame(test.bans, []);
  for (let index = 0; index < 10; index += 1) {
    register(test, { username: `u${index}`, sourceAddress: '192.0.2.66', callId: `${index}` });
  }
  t.match(test.auth.bans.list(), [{ untilMs: test.clock.nowMs + 120_000 }]);
});
