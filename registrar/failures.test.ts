import t from 'tap';
import { digestTrunk, register, registerRequest, testRegistrar } from './fixtures.ts';
import { FailureRings } from './index.ts';

t.test('a failure is shown to who owns the trunk, else to who owns the domain', async (t) => {
  const test = testRegistrar({ trunks: [digestTrunk({ id: 7 })], auth: { banIdentitiesPerMinute: 1 } });
  register(test, { domain: 'elsewhere.example', username: 'nobody' });
  register(test, { domain: 'clinic.example', username: 'nobody' });
  t.match(test.registrar.handle(registerRequest()), { status: 503, reason: 'banned' });
  t.strictSame(
    test.failures.map(({ reason, trunkId, accountId, username }) => [reason, trunkId, accountId, username]),
    [
      ['unknown_realm', null, null, 'nobody'],
      ['unknown_user', null, 2, 'nobody'],
      ['banned', 7, 1, 'acme'],
    ],
  );
});

t.test('failures are kept in bounded rings, per trunk and per source without one', async (t) => {
  const test = testRegistrar();
  register(test, { password: 'x' });
  register(test, { username: 'nobody' });
  const [known, unknown] = test.failures;
  const rings = new FailureRings();
  for (let index = 0; index < 50; index += 1) {
    if (known !== undefined) rings.add({ ...known, atMs: index });
  }
  if (unknown !== undefined) rings.add(unknown);
  t.equal(rings.ofTrunk(7).length, 20);
  t.equal(rings.ofTrunk(7)[0]?.atMs, 49);
  t.match(rings.ofSource('198.51.100.7'), [{ reason: 'unknown_user', username: 'nobody' }]);
  t.strictSame(rings.ofTrunk(8), []);
  t.match(rings.unknown(), [{ username: 'nobody' }]);
});

t.test('the same failure again is told once in 30 s', async (t) => {
  const test = testRegistrar({ rateLimits: false });
  for (let index = 0; index < 5; index += 1) register(test, { password: 'x', callId: `${index}` });
  t.equal(test.failures.length, 1);
  test.clock.advance(30);
  register(test, { password: 'x', callId: 'later' });
  t.equal(test.failures.length, 2);
  t.match(test.failures[1]?.trace, [
    { step: 'refuseWhenUnready' },
    { step: 'limitRate' },
    {},
    { step: 'resolveRealm' },
  ]);
});
