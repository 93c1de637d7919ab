import t from 'tap';
import type { PbxMessage, SipMessage } from '../../bus/index.ts';
import { accountRecord, carrierRecord, didRecord, trunkRecord } from '../../tenancy/index.ts';
import { binding, contextWorld, type InviteFields, invite, testWorld } from '../fixtures.ts';
import type { MessageEnd, MessageLimits, MessageOrder } from './message-port.ts';
import { MessageRouter } from './message-router.ts';

const FRIEND = '+31687654321';
const SMS = { smsEnabled: true } as const;
const ACME = trunkRecord({ id: 7, accountId: 1, username: 'acme' });
const OFFICE = trunkRecord({ id: 8, accountId: 1, authType: 'ip', sources: ['203.0.113.8'], ipTarget: '203.0.113.8' });
const OTHER = trunkRecord({ id: 9, accountId: 2, username: 'other' });

function open(limits?: MessageLimits) {
  const world = testWorld({
    accounts: [
      accountRecord({ id: 1, country: 'NL', defaultCidNumber: '+31201234567' }),
      accountRecord({ id: 2 }),
      accountRecord({ id: 3, parentId: 1, status: 'suspended' }),
    ],
    trunks: [ACME, OFFICE, OTHER],
    dids: [
      didRecord({ id: 1, number: '+31201234567', destination: { kind: 'trunk', trunkId: 7 }, ...SMS }),
      didRecord({ id: 2, number: '+31201234568', destination: { kind: 'trunk_group', groupId: 1 } }),
      didRecord({ id: 3, number: '+442079460958', accountId: 2, destination: { kind: 'trunk', trunkId: 9 }, ...SMS }),
      didRecord({ id: 4, number: '+31201234569', status: 'suspended', ...SMS }),
      didRecord({ id: 5, number: '+31201234500', blockSize: 10, ...SMS }),
      didRecord({
        ...{ id: 6, number: '+31201234571', destination: { kind: 'trunk', trunkId: 7 }, ...SMS },
        routing: { disaster: { to: { kind: 'uri', uri: 'sip:mobile@b.example' } } },
      }),
      didRecord({ id: 7, number: '+31201234572', destination: { kind: 'uri', uri: 'sip:a@b.example' }, ...SMS }),
    ],
    groups: [
      {
        ...{ id: 1, uuid: 'tgr_1', accountId: 1, name: 'Both', strategy: 'priority' },
        members: [7, 8].map((trunkId, at) => ({ trunkId, priority: at, weight: 1 })),
      },
    ],
    carriers: [carrierRecord({ id: 1, sources: ['198.51.100.1'] })],
  });
  const accepted: SipMessage[] = [];
  const sent: MessageOrder[] = [];
  const ended: MessageEnd[] = [];
  const answers: { next: (order: MessageOrder) => number | undefined; unready: boolean } = {
    next: () => 200,
    unready: false,
  };
  const router = new MessageRouter({
    world: () => contextWorld(world),
    auth: { authenticate: () => world.verdict },
    send: (order, done) => {
      sent.push(order);
      done(answers.next(order));
    },
    accept: (message) => accepted.push(message),
    onEnded: (end) => ended.push(end),
    perMinute: 3,
    nowMs: () => world.nowMs,
    ...(limits && { limits }),
    unready: () => (answers.unready ? { status: 503, reason: 'draining' } : undefined),
  });
  let callId = 0;
  const send = (fields: InviteFields & { readonly body?: string } = {}) => {
    const headers = { 'content-type': 'text/plain', ...fields.headers };
    const uri = `sip:${FRIEND}@sip.didfarm.com`;
    const request = invite({ source: '203.0.113.7', port: 5060, uri, ...fields, headers });
    callId += 1;
    return router.handle({ ...request, method: 'MESSAGE', callId: `m${callId}` }, Buffer.from(fields.body ?? 'Hello'));
  };
  const asAcme = () => {
    world.verdict = { kind: 'accepted', trunk: ACME };
  };
  const bring = (to: string, fields: Partial<PbxMessage> = {}) =>
    router.bring({ uuid: 'msg_1', attempt: 1, from: FRIEND, to, body: 'Hi', ...fields });
  return { world, router, accepted, sent, ended, answers, send, asAcme, bring };
}

const from = (user: string) => `<sip:${user}@sip.didfarm.com>`;
const warning = ({ lines }: { readonly lines: readonly string[] }) => /399 \S+ "(\w+)"/.exec(lines.join('\n'))?.[1];

t.test('who sends is asked as of a call: challenged, known by address, a stranger or a carrier', async (t) => {
  const { send, asAcme, accepted, ended, answers } = open();
  t.match(send({ from: from('+31201234567') }), { status: 407 });
  t.equal(send({ from: '<sip:+31201234567@nobody.example>', uri: 'sip:1@nobody.example' }).status, 403);
  t.match(send({ source: '198.51.100.1' }), { status: 405, lines: [/^Allow: /] });
  t.same(accepted, []);
  t.equal(send({ source: '203.0.113.8', from: from('+31201234567') }).status, 202, 'an IP trunk');
  t.match(accepted, [{ trunkId: 8, accountId: 1, didId: 1, to: FRIEND, body: 'Hello' }]);
  asAcme();
  t.equal(send({ from: from('+31201234567') }).status, 202);
  t.same(
    ended.map(({ reason }) => reason),
    ['challenged', 'source_unknown', 'message_accepted', 'message_accepted'],
  );
  answers.unready = true;
  t.match(send({ from: from('+31201234567') }), { status: 503 });
});

t.test('the sender is an active number of the own account that takes messages, however it is written', async (t) => {
  const { world, send, asAcme, accepted } = open();
  asAcme();
  const refusals = { '+442079460958': 'caller_id_forbidden', '+4930999999': 'caller_id_forbidden' };
  const disabled = ['+31201234568', '+31201234569', '+31201234500', '+31201234505'];
  for (const [number, reason] of Object.entries(refusals))
    t.equal(warning(send({ from: from(number) })), reason, number);
  for (const number of disabled) t.equal(warning(send({ from: from(number) })), 'sms_disabled', number);
  const asserted = { 'p-asserted-identity': '<sip:+442079460958@x>' };
  t.equal(warning(send({ from: from('+31201234567'), headers: asserted })), 'caller_id_forbidden', 'asserted wins');
  t.same(accepted, []);
  t.equal(send({ from: from('0201234567') }).status, 202, 'national');
  t.equal(send({ from: from('acme') }).status, 202, "the account's default");
  t.match(accepted, [{ didId: 1 }, { didId: 1 }]);
  world.verdict = { kind: 'accepted', trunk: OTHER };
  t.equal(warning(send({ from: from('other') })), 'caller_id_forbidden', 'without a default');
  t.equal(warning(send({ from: from('+31201234567') })), 'caller_id_forbidden', "another tenant's number");
  t.equal(accepted.length, 2);
});

t.test('a repeated packet hears the same and is one message; a number has its limit, and its own key', async (t) => {
  const { world, router, send, asAcme, accepted } = open();
  asAcme();
  const request = { ...invite({ source: '203.0.113.7', uri: `sip:${FRIEND}@sip.didfarm.com`, from: from('acme') }) };
  const headers = {
    ...request,
    header: (name: string) => (name === 'content-type' ? 'text/plain' : request.header(name)),
  };
  for (let n = 0; n < 5; n += 1)
    t.equal(router.handle({ ...headers, method: 'MESSAGE' }, Buffer.from('x')).status, 202);
  t.equal(accepted.length, 1);
  world.nowMs += 70_000;
  t.equal(
    router.handle({ ...headers, method: 'MESSAGE' }, Buffer.from('x')).status,
    202,
    'much later it is judged anew',
  );
  t.equal(accepted[0]?.key, accepted[1]?.key, 'and still names the same message');
  world.nowMs += 70_000;
  t.equal(router.handle({ ...headers, method: 'MESSAGE' }, Buffer.from('y')).status, 202);
  t.not(accepted[2]?.key, accepted[0]?.key, 'another text by the same Call-ID is another message');
  world.nowMs = 240_000;
  const statuses = Array.from({ length: 4 }, () => send({ from: from('acme') }).status);
  t.same(statuses, [202, 202, 202, 503]);
  t.match(send({ from: from('acme') }), { lines: [/^Retry-After: 60$/, /rate_limited/] });
  t.equal(new Set(accepted.map(({ key }) => key)).size, 5);
});

t.test('where a message can go is told at once: no number, what is demanded, what it is made of', async (t) => {
  const { send, asAcme } = open();
  asAcme();
  const to = (user: string) => ({ uri: `sip:${user}@sip.didfarm.com`, from: from('acme') });
  t.equal(warning(send(to('12'))), 'bad_number');
  t.equal(send(to('0687654321')).status, 202, 'national');
  t.match(send({ ...to(FRIEND), headers: { require: 'recipient-list' } }), { status: 420, lines: [/^Unsupported: /] });
  t.match(send({ ...to(FRIEND), headers: { 'content-type': 'text/html' } }), {
    status: 415,
    lines: ['Accept: text/plain', /Warning/],
  });
  t.equal(send({ ...to(FRIEND), body: 'x'.repeat(2000) }).status, 413);
});

t.test(
  'a message is brought to the contacts of the trunk, the next one when one is silent, until one decides',
  async (t) => {
    const { world, sent, answers, bring, ended } = open();
    t.same(await bring('+31201234567'), { kind: 'offline', trunkId: 7 });
    world.bindings = [
      binding(ACME, { contact: 'sip:acme@10.0.0.9:5062', path: ['<sip:edge;lr>'] }),
      binding(ACME, { contact: 'sip:acme@10.0.0.8:5062' }),
    ];
    t.same(await bring('+31201234567'), { kind: 'answered', trunkId: 7, status: 200 });
    t.match(sent, [
      {
        uri: /^sip:(acme|%2B31201234567|\+31201234567)@10\.0\.0\.9:5062/,
        headers: [
          ['From', `<sip:${FRIEND}@sip.didfarm.com>`],
          ['To', '<sip:+31201234567@sip.didfarm.com>'],
          ['Call-ID', 'msg_1@sip.didfarm.com'],
          ['CSeq', '1 MESSAGE'],
          ['Route', '<sip:edge;lr>'],
          ['Content-Type', 'text/plain;charset=UTF-8'],
        ],
        body: 'Hi',
      },
    ]);
    t.equal(sent.length, 1, 'one contact has it');
    answers.next = ({ uri }) => (uri.includes('10.0.0.9') ? undefined : 415);
    t.same(await bring('+31201234567'), { kind: 'answered', trunkId: 7, status: 415 });
    answers.next = ({ uri }) => (uri.includes('10.0.0.9') ? 503 : undefined);
    t.same(await bring('+31201234567'), { kind: 'answered', trunkId: 7, status: 503 });
    answers.next = () => undefined;
    t.same(await bring('+31201234567'), { kind: 'silent', trunkId: 7 });
    const reasons = ['trunk_offline', 'message_delivered', 'message_refused', 'message_refused', 'pbx_unreachable'];
    t.same(
      ended.map(({ reason }) => reason),
      reasons,
    );
  },
);

t.test(
  'a group is tried in order; what rings no PBX gets none, and an outage elsewhere is no reason to drop it',
  async (t) => {
    const { world, sent, answers, bring } = open();
    world.bindings = [binding(ACME)];
    answers.next = ({ uri }) => (uri.includes('203.0.113.8') ? 200 : undefined);
    t.same(await bring('+31201234568'), { kind: 'answered', trunkId: 8, status: 200 });
    t.equal(sent.length, 2);
    t.same(await bring('+31201234572'), { kind: 'no_pbx' }, 'a URI is no PBX of ours');
    t.same(await bring('+4930999999'), { kind: 'no_pbx' });
    world.bindings = [];
    t.same(await bring('+31201234571'), { kind: 'offline', trunkId: 7 }, 'calls go elsewhere meanwhile');
  },
);

t.test('who floods is told to wait: a source by all it sends, a known PBX by what is refused', async (t) => {
  const counted: string[] = [];
  const waits = { source: 0, identity: 0 };
  const {
    send: sendFrom,
    asAcme,
    ended,
    accepted,
  } = open({
    countSource: (address) => counted.push(address) && waits.source,
    countIdentity: (identity) => counted.push(identity) && waits.identity,
  });
  asAcme();
  const send = (fields: InviteFields = {}) => sendFrom({ from: '<sip:+31201234567@sip.didfarm.com>', ...fields });
  t.equal(send().status, 202);
  t.same(counted.splice(0), ['203.0.113.7'], 'what is accepted is limited by the number');
  t.equal(send({ headers: { 'content-type': 'image/png' } }).status, 415);
  t.same(counted.splice(0), ['203.0.113.7', 'MESSAGE 7']);
  waits.identity = 3;
  const refused = send({ headers: { 'content-type': 'image/png' } });
  t.match(refused, { status: 503, lines: ['Retry-After: 3', /rate_limited/] });
  waits.source = 9;
  t.match(send(), { status: 503, lines: ['Retry-After: 9', /rate_limited/] });
  t.match(ended.at(-1), { reason: 'rate_limited', trunkId: null, sentence: '' });
  t.equal(accepted.length, 1);
});
