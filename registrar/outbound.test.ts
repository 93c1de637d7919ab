import t from 'tap';
import { contactsOf, register, testRegistrar } from './fixtures.ts';

const CONTACT = '<sip:acme@192.168.1.10:5060>;+sip.instance="<urn:uuid:1>";reg-id=1';
const PBX = 'SIP/2.0/UDP 192.168.1.10:5060;branch=z9hG4bK-pbx';
const EDGE = 'SIP/2.0/UDP edge.example;branch=z9hG4bK-edge';

/** A REGISTER with reg-id, as it comes over these hops and with these headers. */
function registerVia(via: readonly string[], headers: Readonly<Record<string, string | readonly string[]>> = {}) {
  const test = testRegistrar();
  const outcome = register(test, { contact: CONTACT, headers: { via, ...headers } });
  return { outcome, bindings: test.registrar.bindingsOf(7), test };
}

const BEHIND_EDGE = [EDGE, PBX];
const OUTBOUND = { supported: 'path, outbound' };

t.test('RFC 5626 section 6: reg-id and Supported: outbound through a proxy without ;ob is 439', (t) => {
  const paths: readonly Readonly<Record<string, string | readonly string[]>>[] = [
    {},
    { path: '<sip:edge.example;lr>' },
    { path: '<sip:edge.example;lr>;ob' },
    { path: '<sip:edge.example;lr;obey>' },
    { path: '<sip:edge.example;lr?x=;ob>' },
    { path: ['<sip:core.example;lr>', '<sip:edge.example;lr>'] },
  ];
  for (const path of paths) {
    const { outcome, bindings, test } = registerVia(BEHIND_EDGE, { ...OUTBOUND, ...path });
    t.match(outcome, { status: 439, reason: 'first_hop_lacks_outbound', result: 'client_error' }, JSON.stringify(path));
    t.strictSame(bindings, [], 'nothing is bound');
    t.match(test.failures.at(-1), { reason: 'first_hop_lacks_outbound' });
  }
  t.end();
});

t.test('RFC 5626 section 6: several Vias in one line are several hops', (t) => {
  t.match(registerVia([`${EDGE}, ${PBX}`], OUTBOUND).outcome, { status: 439 });
  t.end();
});

t.test('RFC 5626 section 6: the same with ;ob in the Path is an outbound registration', (t) => {
  const paths = [
    '<sip:edge.example;lr;ob>',
    '<sip:core.example;lr>, <sip:edge.example;ob;lr>',
    '<sip:edge.example;OB>',
  ];
  for (const path of paths) {
    const { outcome, bindings } = registerVia(BEHIND_EDGE, { ...OUTBOUND, path });
    t.match(outcome, { status: 200, reason: 'registered' }, path);
    t.ok(outcome.lines.includes('Require: outbound'), path);
    t.match(bindings, [{ regId: 1, instance: '<urn:uuid:1>' }]);
  }
  t.end();
});

t.test('RFC 5626 section 6: a PBX that does not speak of outbound has its reg-id ignored behind such a proxy', (t) => {
  const { outcome, bindings } = registerVia(BEHIND_EDGE, { path: '<sip:edge.example;lr>', supported: 'path' });
  t.match(outcome, { status: 200 });
  t.notOk(outcome.lines.includes('Require: outbound'));
  t.match(bindings, [{ regId: null, instance: '<urn:uuid:1>' }]);
  t.match(contactsOf(outcome), [/reg-id=1/], 'its Contact is echoed as it came');
  t.end();
});

t.test('RFC 5626 section 6: without a proxy in between no Path is asked for', (t) => {
  const { outcome, bindings } = registerVia([PBX], OUTBOUND);
  t.match(outcome, { status: 200 });
  t.ok(outcome.lines.includes('Require: outbound'));
  t.match(bindings, [{ regId: 1 }]);
  t.end();
});

t.test('RFC 5626 section 6: a REGISTER without reg-id asks nothing of the proxy', (t) => {
  const test = testRegistrar();
  const headers = { ...OUTBOUND, via: BEHIND_EDGE, path: '<sip:edge.example;lr>' };
  t.match(register(test, { headers }), { status: 200 });
  t.end();
});

t.test('RFC 3261 section 10.2.2: who was bound can go, also when the proxy offers outbound no more', (t) => {
  for (const gone of [{ contact: CONTACT, expires: 0 }, { contact: `${CONTACT};expires=0` }]) {
    const { outcome, test } = registerVia(BEHIND_EDGE, { ...OUTBOUND, path: '<sip:edge.example;lr;ob>' });
    t.match(outcome, { status: 200 });
    t.match(test.registrar.bindingsOf(7), [{ regId: 1 }]);
    const headers = { ...OUTBOUND, via: BEHIND_EDGE, path: '<sip:edge.example;lr>' };
    t.match(register(test, { ...gone, cseq: 3, headers }), { status: 200 }, JSON.stringify(gone));
    t.strictSame(test.registrar.bindingsOf(7), []);
  }
  t.end();
});

t.test('RFC 5626 section 6: one flow that goes and one that comes is 439, and both stay as they were', (t) => {
  const { test } = registerVia(BEHIND_EDGE, { ...OUTBOUND, path: '<sip:edge.example;lr;ob>' });
  const other = '<sip:acme@192.168.1.10:5062>;+sip.instance="<urn:uuid:1>";reg-id=2';
  const headers = { ...OUTBOUND, via: BEHIND_EDGE, path: '<sip:edge.example;lr>' };
  t.match(register(test, { contact: `${CONTACT};expires=0, ${other}`, cseq: 3, headers }), { status: 439 });
  t.match(test.registrar.bindingsOf(7), [{ regId: 1 }]);
  t.end();
});
