import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import t from 'tap';
import type { TrunkBindings } from '../../registrar/index.ts';
import { BindingNews } from './binding-news.ts';
import { type News, ThreadNews } from './thread-news.ts';

/** Home and two threads that have calls alone, in one thread. */
function joined(t: Test) {
  const channels = [new MessageChannel(), new MessageChannel()] as const;
  const home = new ThreadNews(channels.map(({ port1 }) => port1));
  const [one, other] = [new ThreadNews([channels[0].port2]), new ThreadNews([channels[1].port2])];
  t.teardown(() => {
    for (const end of [home, one, other]) end.close();
  });
  return { home, one, other, ends: channels.map(({ port2 }) => port2) };
}

type Test = Pick<typeof t, 'teardown'>;

const NO_HANDLERS = { onBan: () => undefined, onGateway: () => undefined };
const BAN = { op: 'add', address: '192.0.2.1', untilMs: 1, reason: 'guesses' } as const;

t.test('what one call thread tells is heard at home and at the other, and not at itself', async (t) => {
  const { home, one, other } = joined(t);
  const heard: string[] = [];
  const hears = (who: string) => ({
    onBan: () => heard.push(`${who} ban`),
    onGateway: () => heard.push(`${who} gateway`),
  });
  home.listen(hears('home'));
  one.listen(hears('one'));
  const heardAll = new Promise<void>((resolve) => {
    other.listen({ ...hears('other'), onGateway: () => resolve() });
  });
  one.tell({ kind: 'ban', ban: BAN });
  one.tell({ kind: 'gateway', key: 'a', hasResponded: false });
  await heardAll;
  t.strictSame(heard, ['home ban', 'home gateway', 'other ban']);
});

t.test('what was told before a thread listens is not lost', async (t) => {
  const { home, one } = joined(t);
  home.tell({ kind: 'ban', ban: BAN });
  const ban = await new Promise((resolve) => one.listen({ ...NO_HANDLERS, onBan: resolve }));
  t.strictSame(ban, BAN);
});

t.test('bindings that change at one time are told together, each trunk once and as it is then', async (t) => {
  const { home, ends } = joined(t);
  const shown = new Map<number, TrunkBindings>();
  const news = new BindingNews(home, (trunkId) => shown.get(trunkId) ?? { trunkId, bindings: [] });
  const told = ends.map((end) => once(end, 'message'));
  for (const trunkId of [7, 8, 7]) news.reached(trunkId);
  shown.set(8, { trunkId: 8, bindings: [{ record: { contact: 'sip:a@b' } as never, isCalled: true }] });
  for (const [message] of await Promise.all(told))
    t.strictSame(message as News, {
      kind: 'trunks',
      trunks: [
        { trunkId: 7, bindings: [] },
        { trunkId: 8, bindings: [{ record: { contact: 'sip:a@b' }, isCalled: true }] },
      ],
    });
});
