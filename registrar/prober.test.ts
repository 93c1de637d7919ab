import t from 'tap';
import { staticBinding } from './binding.ts';
import { digestTrunk } from './fixtures.ts';
import { Prober, type ProberOptions, type SendProbe } from './prober.ts';

const PBXES = 400;

/** A prober whose bindings, all of them, are due in one second; what it sends, and what it wants to do later. */
function testProber(hasLater: boolean) {
  const sent: Parameters<SendProbe>[] = [];
  const later: (() => void)[] = [];
  const options: ProberOptions = {
    store: { update: (binding, change) => change(binding), silence: () => undefined, persist: () => undefined },
    nowMs: () => 0,
    random: () => 0.5,
    send: (request, done) => sent.push([request, done]),
    intervalSec: 60,
    ...(hasLater && { later: (_delayMs: number, run: () => void) => later.push(run) }),
  };
  const prober = new Prober(options);
  const trunk = digestTrunk({ id: 7 });
  const bindings = Array.from({ length: PBXES }, (_, n) => staticBinding(trunk, `sip:pbx${n}@192.0.2.1`, 0));
  for (const binding of bindings) prober.start(binding);
  return { prober, bindings, sent, later };
}

t.test('what is due in one second is sent in slices over that second, each binding once', (t) => {
  const { prober, sent, later } = testProber(true);
  prober.tick(60_000);
  const sizes = [sent.length];
  for (let run = later.shift(); run !== undefined; run = later.shift()) {
    const before = sent.length;
    run();
    sizes.push(sent.length - before);
    // A tick in between has nothing to add.
    prober.tick(60_000);
  }
  t.equal(new Set(sent.map(([request]) => request.uri)).size, PBXES);
  t.equal(sent.length, PBXES);
  t.ok(sizes.length > 40 && sizes.length <= 51, `${sizes.length} slices of 20 ms`);
  t.ok(Math.max(...sizes) < 20, `${Math.max(...sizes)} at a time`);
  t.end();
});

t.test('a binding that went, or was asked by somebody else, while it waited for its slice is not asked again', (t) => {
  const { prober, bindings, sent, later } = testProber(true);
  prober.tick(60_000);
  const [gone, asked] = bindings.slice(-2);
  if (gone === undefined || asked === undefined) throw new Error('there are bindings');
  gone.isGone = true;
  prober.probe(asked, () => undefined);
  sent.at(-1)?.[1]({ kind: 'response', status: 200, rttMs: 1 });
  for (let run = later.shift(); run !== undefined; run = later.shift()) run();
  t.equal(sent.filter(([request]) => request.uri === gone.contact).length, 0);
  t.equal(sent.filter(([request]) => request.uri === asked.contact).length, 1);
  t.equal(sent.length, PBXES - 1);
  t.end();
});

t.test('without a clock of its own the prober sends all that is due at once', (t) => {
  const { prober, sent } = testProber(false);
  prober.tick(60_000);
  t.equal(sent.length, PBXES);
  t.end();
});
