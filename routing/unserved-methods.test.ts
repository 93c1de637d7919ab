import t from 'tap';
import type { InboundRequest } from '../auth/index.ts';
import { carrierRecord, Directory, directoryDelta } from '../tenancy/index.ts';
import { createUnservedHandler, UNSERVED_METHODS } from './unserved-methods.ts';

function request(method: string, fields: Partial<InboundRequest> & { readonly from?: string } = {}): InboundRequest {
  return {
    method,
    uri: 'sip:192.0.2.10',
    transport: 'udp',
    sourceAddress: '203.0.113.9',
    sourcePort: 5060,
    localAddress: '192.0.2.10',
    localPort: 5060,
    flowId: '',
    callId: 'a',
    cseq: 1,
    branch: 'z9hG4bKa',
    header: (name) => (name === 'from' ? (fields.from ?? '<sip:x@192.0.2.10>;tag=1') : undefined),
    headerLines: () => [],
    ...fields,
  };
}

function handler(registeredFrom: readonly string[] = []) {
  const directory = new Directory();
  const carriers = [carrierRecord({ id: 1, sources: ['198.51.100.1'] })];
  directory.apply(directoryDelta({ version: 1, reset: true, platformRealm: 'sip.example', carriers }));
  const challenge = {
    status: 407,
    reason: 'challenged' as const,
    lines: ['Proxy-Authenticate: Digest realm="sip.example"'],
  };
  return createUnservedHandler({
    directory,
    bindings: {
      bindingsOf: () => [],
      findBindingBySource: () => undefined,
      hasBindingFrom: (address) => registeredFrom.includes(address),
    },
    auth: { authenticate: () => ({ kind: 'rejected', rejection: challenge }) },
  });
}

t.test('a carrier hears that the method is not served, and which are', async (t) => {
  for (const method of UNSERVED_METHODS) {
    const answer = handler()(request(method, { sourceAddress: '198.51.100.1' }));
    t.equal(answer.status, 405, method);
    t.match(answer.lines, [/^Allow: INVITE/]);
  }
});

t.test('a registered PBX that subscribes to its message lamp gets 405, not a server failure', async (t) => {
  t.equal(handler(['203.0.113.9'])(request('SUBSCRIBE')).status, 405);
});

t.test('REFER for a realm of ours is challenged first', async (t) => {
  t.equal(handler(['203.0.113.9'])(request('REFER')).status, 407);
  const named = request('REFER', { from: '<sip:u@sip.example>;tag=1' });
  t.match(handler()(named), { status: 407, lines: [/^Proxy-Auth/] });
});

t.test('a stranger gets 403 with the reason', async (t) => {
  t.match(handler()(request('REFER')), { status: 403, lines: ['Warning: 399 sip.example "source_unknown"'] });
});
