import t from 'tap';
import type { TrunkRecord } from '../bus/index.ts';
import {
  authorizedRequest,
  digestTrunk,
  ha1Set,
  type PbxFields,
  REALM,
  register,
  registerRequest,
  START_MS,
  testRegistrar,
} from './fixtures.ts';
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

/** The failure of a REGISTER whose Authorization is changed on its way out. */
function failureOf(
  change: (authorization: string) => string,
  fields: PbxFields = {},
  trunk: Partial<TrunkRecord> = {},
) {
  const test = testRegistrar({ trunks: [digestTrunk({ id: 7, ...trunk })] });
  const challenged = test.registrar.handle(registerRequest(fields));
  const answered = authorizedRequest(challenged, { cseq: 2, ...fields });
  const authorization = change(answered.header('authorization') ?? '');
  const outcome = test.registrar.handle(registerRequest({ cseq: 2, ...fields, headers: { authorization } }));
  return { ...outcome, failure: test.failures.at(-1) };
}

t.test('who owns the trunk reads what was sent, what was expected and how to mend it', async (t) => {
  const retired = { ha1: ha1Set('acme', REALM, 'old'), untilMs: START_MS - 1000 };
  const name = (username: string) => (line: string) => line.replace('username="acme"', `username="${username}"`);
  const cases: readonly [Parameters<typeof failureOf>, string, RegExp][] = [
    [
      [(line) => line, { password: 'x' }],
      `You sent user name acme, realm ${REALM} and MD5, as expected, but not the password of this trunk.`,
      /^Type the password/,
    ],
    [[(line) => line.replace('=MD5', '=MD5-sess')], 'You used MD5-sess, expected MD5 or SHA-256.', /^Set the digest/],
    [
      [(line) => line.replace(REALM, REALM.toUpperCase()), { password: 'x' }],
      `You sent the realm ${REALM.toUpperCase()}, expected ${REALM} letter by letter, and the digest does not match.`,
      /^Leave the realm/,
    ],
    [[(line) => line.replace(/uri="[^"]*"/, 'uri=""')], 'You sent a digest without uri, expected the', /maker/],
    [
      [(line) => line, { password: 'old' }, { previousHa1: retired }],
      'You sent the old password, which was good until 2026-11-02T07:59:59.000Z, expected the new one.',
      /^Enter the new password/,
    ],
    [
      [(line) => line.replace('=MD5', '=SHA-256'), {}, { ha1: { MD5: ha1Set('acme', REALM, 'secret').MD5 ?? '' } }],
      'You used SHA-256, for which no hash of the password of acme is stored.',
      /^Regenerate/,
    ],
    [
      [name(`acme@${REALM}`)],
      `You sent the authentication user name acme@${REALM}, expected acme.`,
      /^Set the authentication user name in the PBX to acme\.$/,
    ],
    [[name('ACME')], 'You sent the authentication user name ACME, expected acme.', /to acme\.$/],
    [[name('200')], 'You sent the authentication user name 200, expected acme.', /to acme\.$/],
  ];
  for (const [args, sentence, remedy] of cases) {
    const { status, lines, failure } = failureOf(...args);
    t.equal(status, 401);
    t.match(failure, { trunkId: 7, accountId: 1 });
    t.ok(failure?.sentence.startsWith(sentence), failure?.sentence ?? 'no failure');
    t.match(failure?.remedy, remedy);
    t.equal(lines.at(-1), `Warning: 399 ${REALM} "auth_failed"`, 'the sender hears no more than that');
  }
  const nobody = failureOf(name('nobody'), { to: `<sip:nobody@${REALM}>` }).failure;
  t.match(nobody, { trunkId: null, sentence: `You sent user name nobody, expected one of a trunk of ${REALM}.` });
});

t.test('no digest gets into a failure, not even of a header that cannot be read', async (t) => {
  const { status, reason, failure } = failureOf((line) => `${line}, nc=00000001`);
  t.match({ status, reason }, { status: 400, reason: 'bad_request' });
  t.match(failure?.sentence, /^Cannot read the Authorization header/);
  for (const change of [(line: string) => `${line}, nc=00000001`, (line: string) => line.replace('acme', 'x')]) {
    let digest = '';
    const failed = failureOf((line) => {
      digest = /response="([0-9a-f]+)"/.exec(line)?.[1] ?? '-';
      return change(line);
    });
    t.notMatch(JSON.stringify(failed.failure), digest);
    t.notMatch(JSON.stringify(failed.failure), 'nonce="');
  }
});

t.test(
  'TS 24.229 5.1.1.2: an Authorization that answers no challenge yet, or none of ours, is challenged',
  async (t) => {
    const test = testRegistrar();
    const first = `Digest username="acme", realm="${REALM}", nonce="", uri="sip:${REALM}", response=""`;
    for (const authorization of [first, 'Basic YWNtZTpzZWNyZXQ=', 'Bearer token', 'Digest', '']) {
      const outcome = test.registrar.handle(registerRequest({ headers: { authorization } }));
      t.match(outcome, { status: 401, reason: 'challenged' }, authorization);
      t.notMatch(outcome.lines.join(), 'stale');
    }
  },
);

t.test('a mistake that was mended to another one is told at once', async (t) => {
  const test = testRegistrar();
  register(test, { password: 'x', callId: 'a' });
  register(test, { password: 'y', callId: 'b' });
  register(test, { username: 'ACME', to: `<sip:acme@${REALM}>`, callId: 'c' });
  register(test, { username: '200', to: `<sip:acme@${REALM}>`, callId: 'd' });
  t.strictSame(
    test.failures.map(({ trunkId, username, reason }) => [trunkId, username, reason]),
    [
      [7, 'acme', 'wrong_password'],
      [7, 'ACME', 'unknown_user'],
      [7, '200', 'unknown_user'],
    ],
  );
});

t.test('who makes up addresses and texts neither hides the failure of a PBX nor fills the disk', async (t) => {
  const test = testRegistrar();
  const long = 'x'.repeat(5000);
  for (let index = 0; index < 500; index += 1) {
    const sourceAddress = `203.0.113.${index % 250}`;
    test.registrar.handle(
      registerRequest({ to: `<sip:${index}@nowhere.example>`, sourceAddress, headers: { 'user-agent': long } }),
    );
    test.registrar.handle(registerRequest({ uri: `http://${index}${long}`, sourceAddress, transport: 'udp' }));
  }
  t.equal(test.failures.length, 10, 'a tenth of what is told in a second');
  t.ok(JSON.stringify(test.failures).length < 10 * 3000, 'each of them short');
  register(test, { password: 'x' });
  register(test, { uri: 'sip:nowhere.example', transport: 'tcp' });
  t.match(test.failures.slice(10), [{ reason: 'wrong_password' }, { reason: 'unknown_realm' }]);
});
