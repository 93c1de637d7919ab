import t from 'tap';
import { answerChallenge } from '../auth/index.ts';
import { authorizedRequest, digestTrunk, type PbxFields, registerRequest, testRegistrar } from './fixtures.ts';

/** A captured, authorised REGISTER that was answered 200, and what it was made of. */
function capture(fields: PbxFields = {}) {
  const test = testRegistrar({
    trunks: [digestTrunk({ id: 7 }), digestTrunk({ id: 8, username: 'beta', allowNoQop: true })],
  });
  const challenged = test.registrar.handle(registerRequest(fields));
  const request = authorizedRequest(challenged, { ...fields, cseq: 2, branch: 'z9hG4bK-captured' });
  const answer = test.registrar.handle(request);
  return { test, challenged, request, answer };
}

function isStale(lines: readonly string[]): boolean {
  return lines.some((line) => line.startsWith('WWW-Authenticate') && line.endsWith('stale=true'));
}

t.test('the byte-identical REGISTER within 32 s gets the same answer and changes nothing', async (t) => {
  const { test, request, answer } = capture();
  test.clock.advance(30);
  const changes = test.changes.length;
  const again = test.registrar.handle(request);
  t.strictSame([again.status, again.lines], [answer.status, answer.lines]);
  t.equal(again.reason, 'retransmitted');
  t.equal(test.changes.length, changes);
  t.equal(test.failures.length, 0);
});

t.test('the captured REGISTER from elsewhere, in a new transaction, or later, is a replay', async (t) => {
  const cases: readonly [string, PbxFields, number, string][] = [
    ['another port', { sourcePort: 5999 }, 1, 'nonce_replay'],
    ['another address', { sourceAddress: '192.0.2.66' }, 1, 'nonce_foreign'],
    ['a new branch', { branch: 'z9hG4bK-new' }, 1, 'nonce_replay'],
    ['another CSeq', { cseq: 99 }, 1, 'nonce_replay'],
    ['33 s later', {}, 33, 'nonce_replay'],
    ['after the nonce expired', {}, 301, 'nonce_stale'],
  ];
  for (const [name, fields, seconds, reason] of cases) {
    const { test, request } = capture();
    test.clock.advance(seconds);
    const outcome = test.registrar.handle({ ...request, ...fields });
    t.match(outcome, { status: 401, reason }, name);
    t.ok(isStale(outcome.lines), `${name}: stale=true`);
    t.equal(test.bans.length, 0);
  }
});

t.test('a nonce of an earlier start, and one of another realm, have reasons of their own', async (t) => {
  const { request } = capture();
  const restarted = testRegistrar({ startEpoch: 2 });
  t.match(restarted.registrar.handle(request), { status: 401, reason: 'nonce_previous_start' });
  const trunks = [digestTrunk({ id: 2, realm: 'clinic.example', accountId: 2 })];
  const test = testRegistrar({ trunks });
  const foreign = test.registrar.handle(registerRequest());
  const challenge = foreign.lines[0]?.replace('sip.didfarm.com', 'clinic.example') ?? '';
  const uri = 'sip:clinic.example';
  const authorization = answerChallenge({ challenge, username: 'acme', password: 'secret', method: 'REGISTER', uri });
  const outcome = test.registrar.handle(registerRequest({ domain: 'clinic.example', headers: { authorization } }));
  t.match(outcome, { status: 401, reason: 'nonce_foreign' });
  t.ok(isStale(outcome.lines));
});

t.test('a nonce is used again with rising nc, as PBXes do, and each nc once', async (t) => {
  const { test, challenged } = capture();
  const send = (nc: number, cseq: number) => test.registrar.handle(authorizedRequest(challenged, { cseq }, nc));
  t.match(send(2, 3), { status: 200, reason: 'refreshed' });
  t.match(send(900, 4), { status: 200 }, 'a jump');
  t.match(send(3, 5), { status: 200 }, 'late, but within the window');
  t.match(send(3, 6), { status: 401, reason: 'nonce_replay' });
});

t.test('the legacy digest without qop is good once, on trunks that allow it', async (t) => {
  const { test, challenged } = capture();
  const challenge = challenged.lines[0] ?? '';
  const uri = 'sip:sip.didfarm.com';
  const plain = (username: string, cseq: number) => {
    const answer = { challenge, username, password: 'secret', method: 'REGISTER', uri, qop: false };
    return registerRequest({ username, cseq, callId: `x${cseq}`, headers: { authorization: answerChallenge(answer) } });
  };
  t.match(test.registrar.handle(plain('acme', 5)), { reason: 'nonce_replay' }, 'the nonce was used with qop');
  const fresh = test.registrar.handle(registerRequest({ username: 'beta' }));
  const answer = {
    challenge: fresh.lines[0] ?? '',
    username: 'beta',
    password: 'secret',
    method: 'REGISTER',
    uri,
    qop: false,
  };
  const headers = { authorization: answerChallenge(answer) };
  t.match(test.registrar.handle(registerRequest({ username: 'beta', headers })), { status: 200 });
  t.match(test.registrar.handle(registerRequest({ username: 'beta', cseq: 2, headers })), { reason: 'nonce_replay' });
  const third = test.registrar.handle(registerRequest({ callId: 'third' }));
  const refused = { ...answer, challenge: third.lines[0] ?? '', username: 'acme' };
  const outcome = test.registrar.handle(
    registerRequest({ callId: 'third', headers: { authorization: answerChallenge(refused) } }),
  );
  t.match(outcome, { status: 403, reason: 'auth_type_mismatch' });
});

t.test('a PBX that loses every third answer stays registered and is never banned or slowed', async (t) => {
  const test = testRegistrar({ hasEngine: false });
  let answers = 0;
  const deliver = (request: ReturnType<typeof registerRequest>) => {
    let outcome = test.registrar.handle(request);
    answers += 1;
    while (answers % 3 === 0) {
      outcome = test.registrar.handle(request);
      answers += 1;
    }
    return outcome;
  };
  for (let round = 0; round < 200; round += 1) {
    const challenged = deliver(registerRequest({ cseq: round * 2 + 1, expires: 120 }));
    const outcome = deliver(authorizedRequest(challenged, { cseq: round * 2 + 2, expires: 120 }));
    t.equal(outcome.status, 200);
    test.clock.advance(60);
    t.equal(test.registrar.bindingsOf(7).length, 1);
  }
  t.strictSame([test.bans, test.failures], [[], []]);
});

t.test('the digest uri may be written as PBXes do, but not for another user or domain', async (t) => {
  const { test } = capture();
  const attempt = (uri: string, callId: string) => {
    const challenged = test.registrar.handle(registerRequest({ callId }));
    const answer = {
      challenge: challenged.lines[0] ?? '',
      username: 'acme',
      password: 'secret',
      method: 'REGISTER',
      uri,
    };
    return test.registrar.handle(registerRequest({ callId, headers: { authorization: answerChallenge(answer) } }));
  };
  const good = [
    'sip:sip.didfarm.com',
    'sip:sip.didfarm.com:5060',
    'sip:203.0.113.1:5060',
    'sip:acme@sip.didfarm.com;transport=tcp',
  ];
  for (const uri of good) t.match(attempt(uri, uri), { status: 200 }, uri);
  for (const uri of ['sip:elsewhere.example', 'sip:beta@sip.didfarm.com', 'nonsense']) {
    t.match(attempt(uri, uri), { status: 400, reason: 'bad_request' }, uri);
  }
});
