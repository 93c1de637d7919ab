import t from 'tap';
import {
  type CallRecord,
  type Columns,
  createLocalPorts,
  type DidColumn,
  type DirectoryDelta,
  type DirectoryShare,
  MainSide,
  type Port,
  type SipEvent,
  SipSide,
  unpackCalls,
} from './index.ts';

const NONE = { upserts: [], deletes: [] };
const delta = (version: number): DirectoryDelta => ({
  version,
  reset: false,
  platformRealm: 'sip.example',
  accounts: NONE,
  realms: NONE,
  trunks: NONE,
  dids: NONE,
  groups: NONE,
  carriers: NONE,
});
const lifted = (address: string): SipEvent => ({ kind: 'ban', ban: { op: 'lift', address, untilMs: 0, reason: '' } });

function joined() {
  const [down, up] = createLocalPorts();
  const seen: { applied: number[]; steps: number[]; events: SipEvent[]; lost: number; restored: readonly unknown[] } = {
    applied: [],
    steps: [],
    events: [],
    lost: 0,
    restored: [],
  };
  const main = new MainSide(down, {
    onEvents: (events) => {
      for (const event of events) seen.events.push(event);
    },
    onLost: (count) => {
      seen.lost += count;
    },
  });
  const sip = new SipSide(up);
  sip.listen({
    *onDirectory(change) {
      seen.applied.push(change.version);
      for (let left = change.platformRealm === 'long.example' ? 3 : 0; left > 0; left -= 1) {
        yield;
        seen.steps.push(change.version);
      }
    },
    onStage: (share) => {
      if (share.version === 666) throw new Error('a part that does not fit');
      seen.steps.push(-share.version);
    },
    onShare: (share) => seen.applied.push(-share.version),
    onRestore: (bindings) => {
      seen.restored = bindings;
    },
    onRequest: (name, args) => {
      if (name === 'stop') throw new Error('cannot stop');
      return { name, args };
    },
  });
  return { main, sip, seen };
}

t.test('publish resolves when the SIP side has applied that version', async (t) => {
  const { main, seen } = joined();
  await main.publish(delta(1));
  t.strictSame(seen.applied, [1]);
  await Promise.all([main.publish(delta(2)), main.publish(delta(3))]);
  t.strictSame(seen.applied, [1, 2, 3]);
  await main.acknowledged(2);
});

const share = (version: number): DirectoryShare => ({
  version,
  kind: 'dids',
  policies: [],
  columns: {} as Columns<DidColumn>,
});

t.test('a delta with parts is acknowledged when its last step is done, with turns for others between', async (t) => {
  const { main, seen } = joined();
  const long = { ...delta(1), platformRealm: 'long.example' };
  const turns: number[] = [];
  let isDone = false;
  const published = main.publish(long, [share(1), share(1)]).then(() => {
    isDone = true;
  });
  const next = main.publish(delta(2));
  while (!isDone) {
    await new Promise(setImmediate);
    turns.push(seen.steps.length);
    if (seen.steps.length < 5) t.notOk(isDone, 'not before the last step');
  }
  await published;
  t.strictSame(seen.steps, [-1, -1, 1, 1, 1]);
  t.ok(
    [1, 2, 3, 4].every((steps) => turns.includes(steps)),
    'one step at a time',
  );
  await next;
  t.strictSame(seen.applied, [1, 2], 'what came behind it waited');
});

t.test('few parts are under way at a time, in order, whoever publishes behind them', async (t) => {
  const [down, up] = createLocalPorts();
  let [underWay, most] = [0, 0];
  const counted: Port = {
    post(message) {
      if ((message as { type: string }).type === 'directory_stage') underWay += 1;
      most = Math.max(most, underWay);
      down.post(message);
    },
    onMessage: (listener) =>
      down.onMessage((message) => {
        if ((message as { type: string }).type === 'staged') underWay -= 1;
        listener(message);
      }),
  };
  const taken: number[] = [];
  const main = new MainSide(counted, { onEvents: () => undefined, onLost: () => undefined });
  const nothing = () => undefined;
  new SipSide(up).listen({
    *onDirectory({ version }) {
      taken.push(version);
      yield;
    },
    onStage: ({ version }) => taken.push(-version),
    ...{ onShare: nothing, onRestore: nothing, onRequest: nothing },
  });
  const parts = (version: number) => Array.from({ length: 10 }, () => share(version));
  await Promise.all([main.publish(delta(1), parts(1)), main.publish(delta(2)), main.publish(delta(3), parts(3))]);
  t.strictSame(taken, [...parts(1).map(() => -1), 1, 2, ...parts(3).map(() => -3), 3]);
  t.strictSame([most, underWay], [4, 0]);
});

t.test('a part that does not fit is a fault of its own: what comes behind it is taken', async (t) => {
  const { main, seen } = joined();
  const faults: Error[] = [];
  const uncaught = (error: Error) => faults.push(error);
  process.once('uncaughtException', uncaught);
  const published = main.publish(delta(2), [share(666)]);
  await published;
  process.removeListener('uncaughtException', uncaught);
  t.match(faults, [{ message: 'a part that does not fit' }]);
  t.strictSame(seen.applied, [2]);
});

t.test('what a start is told arrives in order: the directory, its shares, the bindings of before', async (t) => {
  const { main, seen } = joined();
  void main.publish(delta(1));
  main.share({ version: 1, kind: 'dids', policies: [], columns: {} as Columns<DidColumn> });
  const binding = { trunkId: 7, refreshedAtMs: 1000, expiresAtMs: 5000 };
  main.shareBindings({ records: JSON.stringify([binding, { ...binding, trunkId: 8 }]), expiresAtMs: '[5000,9000]' });
  main.shareBindings({ records: JSON.stringify([{ ...binding, trunkId: 9 }]), expiresAtMs: '[5000]' });
  main.restore([]);
  await main.request('stats');
  t.strictSame(seen.applied, [1, -1]);
  t.strictSame(seen.restored, [
    binding,
    { trunkId: 8, refreshedAtMs: 5000, expiresAtMs: 9000 },
    { ...binding, trunkId: 9 },
  ]);
});

t.test('a request is answered, a failing one rejects with the sentence', async (t) => {
  const { main } = joined();
  t.strictSame(await main.request('explain', { to: '1' }), { name: 'explain', args: { to: '1' } });
  await t.rejects(main.request('stop'), { message: 'cannot stop' });
});

t.test('events arrive in order and before the answer to a later request', async (t) => {
  const { main, sip, seen } = joined();
  sip.emit(lifted('10.0.0.1'));
  sip.emit(lifted('10.0.0.2'));
  await main.request('stats');
  t.strictSame(
    seen.events.map((event) => event.kind === 'ban' && event.ban.address),
    ['10.0.0.1', '10.0.0.2'],
  );
});

t.test('of a call the last record of a batch crosses, with what was told around it', async (t) => {
  const { main, sip, seen } = joined();
  const call = {
    ...{ uuid: 'call_1', from: 'line\nend', status: 0, answeredAtMs: null, endedAtMs: null, trace: [] },
  } as unknown as CallRecord;
  sip.emit({ kind: 'call', record: call });
  sip.emit({ kind: 'call', record: { ...call, uuid: 'call_2', isEmergency: true } });
  sip.emit(lifted('10.0.0.1'));
  sip.emit({ kind: 'call', record: { ...call, status: 200, answeredAtMs: 7 } });
  await main.request('stats');
  const told = seen.events.flatMap((event) => (event.kind === 'calls' ? unpackCalls(event.calls) : []));
  t.strictSame(
    told.map(({ columns: [uuid, ...more], isEmergency }) => [uuid, more.at(-1), isEmergency]),
    [
      ['call_1', 200, false],
      ['call_2', 0, true],
    ],
  );
  t.strictSame(JSON.parse(told[0]?.record ?? ''), { ...call, status: 200, answeredAtMs: 7 });
  t.equal(seen.events.length, 2);
  sip.emit({ kind: 'call', record: call });
  await main.request('stats');
  t.equal(seen.events.length, 3, 'and what comes later crosses later');
});

t.test('beyond the bound events are lost and the loss is told', async (t) => {
  const { main, sip, seen } = joined();
  const event = lifted('10.0.0.1');
  for (let i = 0; i < 200_005; i++) sip.emit(event);
  await main.request('stats');
  t.equal(seen.events.length, 200_000);
  t.equal(seen.lost, 5);
});

t.test('start-up tells where it listens, or why it cannot', async (t) => {
  const first = joined();
  first.sip.ready([{ transport: 'udp', host: '127.0.0.1', port: 5060 }]);
  t.match(await first.main.started, [{ port: 5060 }]);
  const second = joined();
  second.sip.fatal('port 5060 is in use');
  await t.rejects(second.main.started, { message: 'port 5060 is in use' });
});

t.test('nobody waits for a thread that has ended', async (t) => {
  const { main } = joined();
  const waiting = main.request('metrics');
  main.started.catch(() => undefined);
  main.closed(new Error('the SIP thread ended'));
  await t.rejects(waiting, { message: 'the SIP thread ended' });
  await t.rejects(main.request('metrics'), { message: 'the SIP thread ended' });
  await main.acknowledged(99);
});
