import { readFileSync } from 'node:fs';
import t from 'tap';
import {
  contactsOf,
  digestTrunk,
  REALM,
  REGISTRATION,
  register,
  registerRequest,
  START_MS,
  testRegistrar,
} from './fixtures.ts';
import { createRegistrar, REGISTER_STEPS } from './index.ts';

t.test(
  'a REGISTER without credentials is challenged: MD5 first, then SHA-256, one line each, no Warning',
  async (t) => {
    const test = testRegistrar();
    const outcome = test.registrar.handle(registerRequest());
    t.equal(outcome.status, 401);
    t.equal(outcome.lines.length, 2);
    t.match(
      outcome.lines[0],
      /^WWW-Authenticate: Digest realm="sip.didfarm.com", nonce="[^"]+", algorithm=MD5, qop="auth"$/,
    );
    t.match(outcome.lines[1], /algorithm=SHA-256/);
    t.strictSame(test.counted, ['ok challenged']);
  },
);

t.test(
  'the right password registers, and the 200 echoes the Contact exactly with its own expires outside',
  async (t) => {
    const test = testRegistrar();
    const contact =
      '"PBX" <sip:acme@192.168.1.10:5060;rinstance=4f2a;transport=UDP>;q=0.5;+sip.instance="<urn:uuid:1>";expires=600;x=Y';
    const outcome = register(test, { contact });
    t.match(outcome, { status: 200, result: 'ok', reason: 'registered' });
    t.strictSame(contactsOf(outcome), [
      '<sip:acme@192.168.1.10:5060;rinstance=4f2a;transport=UDP>;q=0.5;+sip.instance="<urn:uuid:1>";x=Y;expires=600',
    ]);
    t.match(test.registrar.bindingsOf(7), [{ contact: 'sip:acme@192.168.1.10:5060;rinstance=4f2a;transport=UDP' }]);
    t.match(test.states, [{ trunkId: 7, state: 'registered', cause: null }]);
  },
);

t.test('wrong password, unknown user and unknown realm are told apart inside and alike outside', async (t) => {
  const test = testRegistrar();
  const wrong = register(test, { password: 'guess' });
  const unknown = register(test, { username: 'nobody' });
  t.match(wrong, { status: 401, reason: 'wrong_password', result: 'client_error' });
  t.match(unknown, { status: 401, reason: 'unknown_user', result: 'client_error' });
  const shape = (lines: readonly string[]) => lines.map((line) => line.replace(/nonce="[^"]+"/, 'nonce'));
  t.strictSame(shape(wrong.lines), shape(unknown.lines));
  t.match(wrong.lines[2], 'Warning: 399 sip.didfarm.com "auth_failed"');
  const realm = register(test, { domain: 'elsewhere.example' });
  t.match(realm, { status: 403, reason: 'unknown_realm' });
  t.match(realm.lines, ['Warning: 399 elsewhere.example "unknown_realm"']);
  t.equal(test.failures.at(-1)?.sentence, 'You sent elsewhere.example, expected sip.didfarm.com.');
  t.strictSame(
    test.failures.map((failure) => [failure.reason, failure.trunkId]),
    [
      ['wrong_password', 7],
      ['unknown_user', null],
      ['unknown_realm', 7],
    ],
    'the owner of the trunk reads why its PBX is refused, whatever domain it sent',
  );
});

t.test('F-031: the same user name in two realms is two identities', async (t) => {
  const trunks = [
    digestTrunk({ id: 1, username: '1002', password: 'one' }),
    digestTrunk({ id: 2, username: '1002', password: 'two', realm: 'clinic.example', accountId: 2 }),
  ];
  const test = testRegistrar({ trunks });
  t.match(register(test, { username: '1002', password: 'one', callId: 'a' }), { status: 200 });
  t.match(register(test, { username: '1002', password: 'one', domain: 'clinic.example', callId: 'b' }), {
    status: 401,
  });
  t.match(register(test, { username: '1002', password: 'two', domain: 'clinic.example', callId: 'c' }), {
    status: 200,
  });
  t.equal(test.registrar.bindingsOf(1).length, 1);
  t.equal(test.registrar.bindingsOf(2).length, 1);
});

t.test('A12: a PBX that registers to an address gets the default realm', async (t) => {
  const test = testRegistrar();
  for (const domain of ['203.0.113.1', '[2001:db8::1]', 'localhost', 'node1.didfarm.example']) {
    const challenge = test.registrar.handle(registerRequest({ domain }));
    t.match(challenge.lines[0], /realm="sip.didfarm.com"/, domain);
    t.match(register(test, { domain, callId: domain }), { status: 200 }, domain);
  }
  const off = testRegistrar({ defaultRealm: 'off' });
  t.match(off.registrar.handle(registerRequest({ domain: '203.0.113.1' })), { status: 403, reason: 'unknown_realm' });
});

t.test('A12: an address in the Request-URI gives way to a domain in To', async (t) => {
  const trunks = [digestTrunk({ id: 2, username: '1002', realm: 'clinic.example', accountId: 2 })];
  const test = testRegistrar({ trunks });
  const fields = { username: '1002', uri: 'sip:203.0.113.1', domain: 'clinic.example' };
  t.match(register(test, fields), { status: 200 });
});

t.test('RFC 3261 10.3 step 5: the address-of-record must be that of the identity', async (t) => {
  const trunks = [digestTrunk({ id: 7 }), digestTrunk({ id: 8, username: 'beta' })];
  const test = testRegistrar({ trunks });
  const outcome = register(test, { to: '<sip:beta@sip.didfarm.com>' });
  t.match(outcome, { status: 403, reason: 'aor_mismatch' });
  t.match(outcome.lines, ['Warning: 399 sip.didfarm.com "aor_mismatch"']);
  t.equal(test.registrar.bindingsOf(8).length, 0);
});

t.test(
  'a suspended trunk, a suspended account, and a trunk known by address only are 403 with their own reasons',
  async (t) => {
    const trunks = [
      digestTrunk({ id: 1, username: 'a', status: 'suspended' }),
      digestTrunk({ id: 2, username: 'b', accountId: 9 }),
      digestTrunk({ id: 3, username: 'c', authType: 'ip' }),
      digestTrunk({ id: 4, username: 'd', authType: 'digest+ip', sources: ['192.0.2.0/24'] }),
    ];
    const test = testRegistrar({ trunks });
    t.match(register(test, { username: 'a' }), { status: 403, reason: 'trunk_suspended' });
    t.match(register(test, { username: 'b' }), { status: 403, reason: 'account_suspended' });
    t.match(register(test, { username: 'c' }), { status: 403, reason: 'auth_type_mismatch' });
    t.match(register(test, { username: 'd' }), { status: 403, reason: 'auth_type_mismatch' });
    t.match(register(test, { username: 'd', sourceAddress: '192.0.2.9' }), { status: 200 });
  },
);

t.test('RFC 3261 10.3 step 7: a short expiry is 423 with Min-Expires and changes nothing', async (t) => {
  const test = testRegistrar();
  register(test, { contact: '<sip:acme@192.168.1.10>;expires=600' });
  const outcome = register(test, {
    contact: ['<sip:acme@192.168.1.11>;expires=600', '<sip:acme@192.168.1.12>;expires=59'],
    cseq: 5,
  });
  t.match(outcome, { status: 423, reason: 'interval_too_brief' });
  t.ok(outcome.lines.includes('Min-Expires: 60'));
  t.equal(test.registrar.bindingsOf(7).length, 1);
});

t.test('expiry: of the Contact, else of the request, else the default; capped', async (t) => {
  const test = testRegistrar();
  const left = (fields: Parameters<typeof register>[1]) =>
    contactsOf(register(test, fields))[0]?.match(/expires=(\d+)/)?.[1];
  t.equal(left({ contact: '<sip:a@192.168.1.1>;expires=120', expires: 600, callId: '1' }), '120');
  t.equal(left({ contact: '<sip:a@192.168.1.1>', expires: 600, callId: '2' }), '600');
  t.equal(left({ contact: '<sip:a@192.168.1.1>', callId: '3' }), '3600');
  t.equal(left({ contact: '<sip:a@192.168.1.1>', expires: 'soon', callId: '4' }), '3600');
  t.equal(left({ contact: '<sip:a@192.168.1.1>', expires: 4294967295, callId: '5' }), '7200');
});

t.test('RFC 3261 10.3: a REGISTER without Contact lists all bindings, each with its own time', async (t) => {
  const test = testRegistrar();
  register(test, { contact: ['<sip:a@192.168.1.1>;expires=600', '<sip:b@192.168.1.2>;expires=300'] });
  test.clock.advance(100);
  const outcome = register(test, { contact: [], callId: 'fetch' });
  t.match(outcome, { status: 200, reason: 'fetched' });
  t.strictSame(contactsOf(outcome), ['<sip:a@192.168.1.1>;expires=500', '<sip:b@192.168.1.2>;expires=200']);
  t.ok(outcome.lines.includes('Date: Mon, 02 Nov 2026 08:01:40 GMT'));
});

t.test('RFC 3261 10.2.2: Contact: * with Expires: 0 removes all; misused it is 400 and changes nothing', async (t) => {
  const test = testRegistrar();
  register(test, { contact: ['<sip:a@192.168.1.1>', '<sip:b@192.168.1.2>'] });
  t.match(register(test, { contact: '*', cseq: 5 }), { status: 400, reason: 'bad_contact' });
  t.match(register(test, { contact: '*', expires: 60, cseq: 7 }), { status: 400 });
  t.match(register(test, { contact: ['*', '<sip:a@192.168.1.1>'], expires: 0, cseq: 9 }), { status: 400 });
  t.equal(test.registrar.bindingsOf(7).length, 2);
  t.match(register(test, { contact: '*', expires: 0, cseq: 11 }), { status: 200, reason: 'unregistered' });
  t.equal(test.registrar.bindingsOf(7).length, 0);
  t.match(test.states, [{ state: 'registered' }]);
  test.clock.advance(31);
  t.match(test.states.at(-1), { state: 'offline', cause: 'unregistered' });
});

t.test('RFC 3261 10.3 step 7: an older CSeq of the same Call-ID does not win', async (t) => {
  const test = testRegistrar();
  register(test, { cseq: 10 });
  t.match(register(test, { cseq: 8, expires: 0 }), { status: 500, reason: 'stale_cseq' });
  t.equal(test.registrar.bindingsOf(7).length, 1);
  t.match(register(test, { cseq: 20 }), { status: 200, reason: 'refreshed' });
});

t.test('RFC 3261 20.32: an unknown extension is 420 and named; injected text is not echoed', async (t) => {
  const test = testRegistrar();
  const outcome = test.registrar.handle(registerRequest({ headers: { require: 'path, gruu' } }));
  t.match(outcome, { status: 420, reason: 'bad_extension' });
  t.ok(outcome.lines.includes('Unsupported: gruu'));
});

t.test('RFC 3327: Path is stored and shown; RFC 5626: an honoured reg-id is said', async (t) => {
  const test = testRegistrar();
  const contact = '<sip:a@192.168.1.1>;+sip.instance="<urn:uuid:1>";reg-id=1';
  const outcome = register(test, { contact, headers: { path: ['<sip:edge1;lr>,<sip:edge2;lr>'] } });
  t.ok(outcome.lines.includes('Path: <sip:edge1;lr>, <sip:edge2;lr>'));
  t.ok(outcome.lines.includes('Require: outbound'));
  t.strictSame(test.registrar.bindingsOf(7)[0]?.path, ['<sip:edge1;lr>', '<sip:edge2;lr>']);
});

t.test('a malformed To, Request-URI, Contact or Authorization is 400 with a trace that names it', async (t) => {
  const test = testRegistrar();
  t.match(test.registrar.handle(registerRequest({ to: 'nonsense' })), { status: 400, reason: 'bad_request' });
  t.match(test.registrar.handle(registerRequest({ uri: 'http://x' })), { status: 400, reason: 'bad_request' });
  t.match(register(test, { contact: '<mailto:a@b>' }), { status: 400, reason: 'bad_contact' });
  t.match(register(test, { contact: `<sip:a@b>;x=${'y'.repeat(2048)}` }), { status: 400, reason: 'bad_contact' });
  test.clock.advance(31);
  const broken = registerRequest({ headers: { authorization: 'Digest username="acme, realm=' } });
  t.match(test.registrar.handle(broken), { status: 400, reason: 'bad_request' });
  t.match(test.failures.at(-1)?.trace.at(-1), { step: 'authenticate', decided: '400 bad_request' });
});

t.test('To may have brackets in its display name, and a domain the dot of the root', async (t) => {
  for (const to of [`"PBX <west> \\" >" <sip:acme@${REALM}>`, `<sip:acme@${REALM.toUpperCase()}.>`])
    t.match(register(testRegistrar(), { to }), { status: 200 }, to);
  t.match(register(testRegistrar(), { uri: `sip:${REALM}.` }), { status: 200 });
});

t.test('every REGISTER is counted once', async (t) => {
  const test = testRegistrar();
  register(test);
  register(test, { cseq: 3 });
  t.strictSame(test.counted, ['ok challenged', 'ok registered', 'ok challenged', 'ok refreshed']);
});

t.test('P13: while loading, draining or overloaded a PBX hears 503 with Retry-After, never 403', async (t) => {
  const test = testRegistrar();
  const { directory, auth } = test;
  const events = { binding: () => {}, trunkState: () => {}, registerFailure: () => {}, count: () => {} };
  const base = {
    directory,
    auth,
    config: REGISTRATION,
    engine: undefined,
    events,
    nowMs: () => START_MS,
    random: () => 0.5,
  };
  for (const readiness of ['loading', 'draining', 'overload'] as const) {
    const outcome = createRegistrar({ ...base, readiness: () => readiness }).handle(registerRequest());
    t.match(outcome, { status: 503, reason: readiness, result: 'server_error' });
    t.match(outcome.lines[0], /^Retry-After: \d+$/);
  }
});

t.test('docs/registration.md draws the steps that there are, in their order', async (t) => {
  const text = readFileSync(new URL('../docs/registration.md', import.meta.url), 'utf8');
  const drawn = [...text.matchAll(/^[├└]─ (\w+)/gm)].map((match) => match[1]);
  t.strictSame(
    drawn,
    REGISTER_STEPS.map((step) => step.name),
  );
});

t.test('what is offered depends on the realm alone, never on who asks or with which program', async (t) => {
  const offers = ['baresip v1.0.0 (x86_64/linux)', 'FPBX-16', ''].flatMap((agent) =>
    ['acme', 'nobody'].map((username) => {
      const test = testRegistrar();
      const { lines } = test.registrar.handle(registerRequest({ username, headers: { 'user-agent': agent } }));
      return lines.map((line) => /algorithm=([\w-]+)/.exec(line)?.[1]).join();
    }),
  );
  t.strictSame([...new Set(offers)], ['MD5,SHA-256']);
});
