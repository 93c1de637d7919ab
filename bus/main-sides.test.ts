import t from 'tap';
import { createLocalPorts, type ListeningAddress, MainSide, MainSides, SipSide } from './index.ts';

const NONE = { upserts: [], deletes: [] };
const DELTA = {
  version: 1,
  reset: false,
  platformRealm: 'sip.example',
  accounts: NONE,
  realms: NONE,
  trunks: NONE,
  dids: NONE,
  groups: NONE,
  carriers: NONE,
};
const POINTS: readonly ListeningAddress[] = [{ transport: 'udp', host: '127.0.0.1', port: 5060 }];

/** Home and two others, and what they are told, in its order. */
function three() {
  const told: string[] = [];
  const answers = new Map<string, unknown>();
  const sips: SipSide[] = [];
  const timers = new Set<() => void>();
  const after = (_ms: number, run: () => void) => {
    timers.add(run);
    return () => timers.delete(run);
  };
  const mains = ['home', 'one', 'two'].map((name) => {
    const [down, up] = createLocalPorts();
    const main = new MainSide(down, { onEvents: () => undefined, onLost: () => undefined }, { thread: name, after });
    const sip = new SipSide(up);
    sip.listen({
      *onDirectory({ version }) {
        yield;
        told.push(`${name} directory ${version}`);
      },
      onStage: () => undefined,
      onShare: () => undefined,
      onRestore: (_bindings, calls, _states, points) =>
        void told.push(`${name} restore ${calls.length} ${points.map(({ port }) => port)}`),
      onRequest(request) {
        told.push(`${name} ${request}`);
        return answers.get(`${name} ${request}`);
      },
    });
    sips.push(sip);
    return main;
  });
  const [home, ...others] = mains;
  const [sipHome, ...sipOthers] = sips;
  if (home === undefined || sipHome === undefined) throw new Error('there is a home');
  return { sides: new MainSides(home, others), mains: { home, others }, sipHome, sipOthers, told, answers, timers };
}

t.test('the others join home where it listens, one after the other, and all have started when they do', async (t) => {
  const { sides, mains, sipHome, sipOthers, told } = three();
  sides.restore();
  await sides.request('explain');
  t.same(
    told.filter((line) => line.includes('restore')),
    ['home restore 0 '],
    'before home listens nobody else can',
  );
  sipHome.ready(POINTS);
  let hasStarted = false;
  const started = sides.started.then((points) => {
    hasStarted = true;
    return points;
  });
  const joined = ['home restore 0 ', 'one restore 0 5060', 'two restore 0 5060'];
  for (const [index, sip] of sipOthers.entries()) {
    for (const main of mains.others) await main.request('explain');
    t.notOk(hasStarted);
    t.same(
      told.filter((line) => line.includes('restore')),
      joined.slice(0, index + 2),
      'one after the other',
    );
    sip.ready(POINTS);
    await mains.others[index]?.started;
  }
  t.same(await started, POINTS);
});

t.test('a start fails with the first thread that cannot', async (t) => {
  const { sides, sipHome, sipOthers } = three();
  sides.restore();
  sipHome.ready(POINTS);
  sipOthers[1]?.fatal('the port is taken');
  await t.rejects(sides.started, { message: 'the port is taken' });
});

t.test('what was published is true when all threads have it', async (t) => {
  const { sides, told } = three();
  await sides.publish(DELTA);
  t.same(told.sort(), ['home directory 1', 'one directory 1', 'two directory 1']);
  await sides.acknowledged(1);
});

t.test('what all can answer is put together; all else is asked of home', async (t) => {
  const { sides, told, answers } = three();
  answers.set('home metrics', ['a']).set('one metrics', ['b', 'c']).set('two metrics', []);
  t.same(await sides.request('metrics'), ['a', 'b', 'c']);
  for (const [name, callsActive] of Object.entries({ home: 1, one: 2, two: 4 })) {
    answers.set(`${name} stats`, { callsActive, bindings: 9 });
  }
  t.same(await sides.request('stats'), { callsActive: 7, bindings: 9 });
  told.length = 0;
  answers.set('home bans', ['banned']);
  t.same(await sides.request('bans'), ['banned']);
  t.same(told, ['home bans']);
});

t.test('home stops when the others have, also when one of them cannot', async (t) => {
  const { sides, mains, told } = three();
  await sides.request('drain');
  t.equal(told.length, 3);
  told.length = 0;
  mains.others[1]?.closed(new Error('it has died'));
  await sides.request('stop');
  t.same(told, ['one stop', 'home stop']);
});

/** The time is over for whoever has not answered, once all others have. */
async function timeOver(timers: ReadonlySet<() => void>, hanging: number): Promise<void> {
  while (timers.size > hanging) await new Promise((resolve) => setImmediate(resolve));
  for (const run of timers) run();
}

t.test('a thread that hangs is given up and named, and the others are drained and stopped', async (t) => {
  const { sides, sipOthers, told, answers, timers } = three();
  answers.set('two drain', new Promise(() => undefined));
  const drained = sides.request('drain', { limitMs: 1 }, 33_000);
  const message = 'the thread two has not answered "drain" within 33000 ms';
  await Promise.all([t.rejects(drained, { code: 'late_answer', thread: 'two', message }), timeOver(timers, 1)]);
  t.same(told.sort(), ['home drain', 'one drain', 'two drain']);
  told.length = 0;
  await t.rejects(sides.request('stop', undefined, 6_000), { message: /thread two/ });
  t.same(told, ['one stop', 'home stop']);
  sipOthers[1]?.emit({ kind: 'calls_alive', atMs: 0 });
  sipOthers[1]?.flush();
  await sides.request('funds');
  told.length = 0;
  await sides.request('stop', undefined, 6_000);
  t.same(told, ['one stop', 'two stop', 'home stop'], 'who was only slow is asked again');
});

t.test('of several threads that hang each is named', async (t) => {
  const { sides, answers, timers } = three();
  for (const name of ['home', 'two']) answers.set(`${name} drain`, new Promise(() => undefined));
  const drained = sides.request('drain', { limitMs: 1 }, 33_000);
  const message = /thread home has not .*; the thread two has not/;
  await Promise.all([t.rejects(drained, { message }), timeOver(timers, 2)]);
});
