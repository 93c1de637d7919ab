import t from 'tap';
import { fromRecord } from './binding.ts';
import { digestTrunk, register, registerRequest, START_MS, testRegistrar } from './fixtures.ts';
import { parseContacts } from './parse-contacts.ts';
import { sameContact } from './plain-refresh.ts';

/** A binding as registering that Contact makes it. */
function bound(contact: string) {
  const test = testRegistrar();
  register(test, { contact });
  const [record] = test.registrar.bindingsOf(7);
  if (record === undefined) throw new Error('nothing was bound');
  return fromRecord(record, 'fresh');
}

t.test('a Contact taken over from its binding is what reading it gives', async (t) => {
  for (const uri of [
    'sip:acme@192.168.1.10:5060',
    'sip:acme@[2001:db8::7]:5070;transport=tcp',
    'SIP:a%20b@Host.example',
  ]) {
    const line = `<${uri}>`;
    for (const expires of ['3600', '0', ' 60 ', '99999999999']) {
      const read = parseContacts([line], expires);
      const [expected] = read.kind === 'list' ? read.contacts : [];
      const same = sameContact([line], expires, bound(line));
      const { user, host, params, expiresSec, q, instance, regId } = same ?? {};
      t.strictSame(
        { uri: same?.uri, user, host, params, expiresSec, q, instance, regId },
        expected,
        `${line} ${expires}`,
      );
    }
  }
});

t.test('anything but the very same bytes is read', async (t) => {
  const binding = bound('<sip:acme@192.168.1.10:5060>');
  const others: readonly (readonly string[])[] = [
    [],
    ['*'],
    ['sip:acme@192.168.1.10:5060'],
    ['<sip:acme@192.168.1.10:5061>'],
    ['"A" <sip:acme@192.168.1.10:5060>'],
    ['<sip:acme@192.168.1.10:5060>;expires=60'],
    ['<sip:acme@192.168.1.10:5060>', '<sip:acme@192.168.1.10:5060>'],
  ];
  for (const lines of others) t.equal(sameContact(lines, '60', binding), undefined, lines.join(' and '));
  for (const expires of [undefined, '', 'soon', '-1']) {
    t.equal(sameContact(['<sip:acme@192.168.1.10:5060>'], expires, binding), undefined, `Expires: ${expires}`);
  }
  t.equal(sameContact(['<sip:acme@192.168.1.10:5060>'], '60', undefined), undefined, 'nothing is bound');
  const withParams = bound('<sip:acme@192.168.1.10:5060>;q=0.5');
  t.equal(sameContact(['<sip:acme@192.168.1.10:5060>'], '60', withParams), undefined, 'it had parameters');
});

t.test('a plain refresh moves times and nothing else', async (t) => {
  const test = testRegistrar({ hasEngine: false });
  register(test, { cseq: 1, expires: 3600 });
  const [before] = structuredClone(test.registrar.bindingsOf(7));
  test.clock.advance(30);
  t.match(register(test, { cseq: 3, expires: 3600 }), { status: 200, reason: 'refreshed' });
  const refreshedAtMs = START_MS + 30_000;
  const expiresAtMs = refreshedAtMs + 3_600_000;
  const moved = { cseq: 4, refreshedAtMs, expiresAtMs, toldExpiresAtMs: expiresAtMs };
  t.strictSame({ ...test.registrar.bindingsOf(7)[0] }, { ...before, ...moved });
  t.equal(test.states.length, 1, 'it was registered all the time');
});

t.test('what is more than a plain refresh is judged in full', async (t) => {
  const test = testRegistrar({ trunks: [digestTrunk({ id: 7 })] });
  register(test, { cseq: 5, expires: 60 });
  t.match(register(test, { cseq: 3, expires: 60 }), { status: 500, reason: 'stale_cseq' }, 'an older CSeq');
  t.match(register(test, { cseq: 7, expires: 30 }), { status: 423 }, 'too short an interval');
  t.match(register(test, { cseq: 9, expires: 60, sourcePort: 40_001 }), { reason: 'refreshed' });
  t.equal(test.registrar.bindingsOf(7)[0]?.sourcePort, 40_001, 'another flow');
  register(test, { cseq: 1, callId: 'restarted', expires: 60 });
  t.equal(test.registrar.bindingsOf(7)[0]?.callId, 'restarted', 'another Call-ID');
  t.match(register(test, { cseq: 11, callId: 'restarted', expires: 0 }), { reason: 'unregistered' });
  t.strictSame(test.registrar.bindingsOf(7), []);
  test.registrar.handle(registerRequest());
  register(test, { cseq: 1, callId: 'again', expires: 60 });
  test.clock.nowMs += 61_000;
  t.match(register(test, { cseq: 13, callId: 'again', expires: 60 }), { reason: 'registered' }, 'one that had expired');
});

t.test('an expiry that moves by a moment is not written down, one that moves further or back is', async (t) => {
  const told: number[] = [];
  const test = testRegistrar({ refreshed: (bindings) => told.push(...bindings.map(({ expiresAtMs }) => expiresAtMs)) });
  let cseq = 1;
  const refresh = (expires: number) => {
    register(test, { cseq, expires, branch: `z9hG4bK${cseq}` });
    cseq += 2;
    const expiresAtMs = test.clock.nowMs + expires * 1000;
    t.equal(test.registrar.bindingsOf(7)[0]?.expiresAtMs, expiresAtMs, 'in memory it always moves');
    test.clock.advance(1);
    return expiresAtMs;
  };
  refresh(3600);
  for (let second = 0; second < 29; second += 1) refresh(3600);
  t.strictSame(told, [], '29 seconds later than what was put');
  const later = refresh(3600);
  t.strictSame(told, [later], 'thirty');
  refresh(3600);
  const shorter = refresh(60);
  t.strictSame(told, [later, shorter], 'back');
  for (let second = 0; second < 5; second += 1) refresh(60);
  t.strictSame(told, [later, shorter], 'five of sixty');
  const tenth = refresh(60);
  t.strictSame(told, [later, shorter, tenth], 'a tenth of what was granted');
});
