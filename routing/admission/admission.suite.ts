import fc from 'fast-check';
import type { Test } from 'tap';
import type { Admission, CallClass, Claim } from './admission.ts';

const claim = (level: Claim['level'], id: number, limit: number, callClass: CallClass = 'in'): Claim => ({
  level,
  id,
  class: callClass,
  limit,
});

/** The behaviour every admission store must show. */
export function admissionSuite(t: Test, create: () => Admission): void {
  t.test('the first full ceiling in the given order is named, and nothing is taken', async (t) => {
    const admission = create();
    t.same(admission.acquire('a', [claim('trunk', 1, 5), claim('account', 1, 1)], 100), { ok: true });
    const refused = admission.acquire(
      'b',
      [claim('trunk', 1, 5), claim('account', 1, 1), claim('ancestor', 9, 0)],
      100,
    );
    t.match(refused, { ok: false, full: { level: 'account', id: 1 }, used: 1 });
    t.equal(admission.used('trunk', 1, 'in'), 1);
    t.equal(admission.leases().length, 1);
  });

  t.test('a ceiling of 0 blocks and Infinity never does', async (t) => {
    const admission = create();
    t.match(admission.acquire('a', [claim('trunk', 1, 0)], 100), { ok: false, used: 0 });
    for (let n = 0; n < 50; n++) {
      t.same(admission.acquire(`c${n}`, [claim('trunk', 2, Number.POSITIVE_INFINITY)], 100), { ok: true });
    }
    t.equal(admission.used('trunk', 2, 'in'), 50);
  });

  t.test('releasing twice frees one place only', async (t) => {
    const admission = create();
    admission.acquire('a', [claim('trunk', 1, 2)], 100);
    admission.acquire('b', [claim('trunk', 1, 2)], 100);
    t.equal(admission.release('a'), true);
    t.equal(admission.release('a'), false);
    t.equal(admission.used('trunk', 1, 'in'), 1);
  });

  t.test('in, out and dialer are counted apart', async (t) => {
    const admission = create();
    admission.acquire('a', [claim('trunk', 1, 1, 'in')], 100);
    t.same(admission.acquire('b', [claim('trunk', 1, 1, 'out')], 100), { ok: true });
    t.same(admission.acquire('c', [claim('trunk', 1, 1, 'dialer')], 100), { ok: true });
    t.match(admission.acquire('d', [claim('trunk', 1, 1, 'in')], 100), { ok: false });
  });

  sharingTests(t, create);
  modelTest(t, create);
}

function sharingTests(t: Test, create: () => Admission): void {
  t.test('an account is one counter, seen as own account or as ancestor', async (t) => {
    const admission = create();
    admission.acquire('child', [claim('ancestor', 7, 1)], 100);
    t.match(admission.acquire('own', [claim('account', 7, 1)], 100), { ok: false, full: { level: 'account' } });
  });

  t.test('two places wanted under one ceiling by one call need two', async (t) => {
    const admission = create();
    t.match(admission.peek([claim('account', 1, 1), claim('account', 1, 1)]), { ok: false, used: 1 });
  });

  t.test('taking again under the same id moves the lease, and a refused move keeps the old one', async (t) => {
    const admission = create();
    admission.acquire('a', [claim('trunk', 1, 1)], 100);
    t.same(admission.acquire('a', [claim('trunk', 2, 1)], 100), { ok: true });
    t.equal(admission.used('trunk', 1, 'in'), 0);
    t.match(admission.acquire('a', [claim('trunk', 3, 0)], 100), { ok: false });
    t.equal(admission.used('trunk', 2, 'in'), 1);
  });

  t.test('a lease whose call died unseen is freed when it expires', async (t) => {
    const admission = create();
    admission.acquire('a', [claim('trunk', 1, 1)], 100);
    admission.acquire('b', [claim('trunk', 2, 1)], 200);
    t.same(admission.expire(99), []);
    t.same(admission.expire(100), ['a']);
    t.equal(admission.used('trunk', 1, 'in'), 0);
    t.equal(admission.leases().length, 1);
  });

  t.test('peek takes nothing', async (t) => {
    const admission = create();
    t.same(admission.peek([claim('trunk', 1, 1)]), { ok: true });
    t.equal(admission.used('trunk', 1, 'in'), 0);
  });
}

type Action =
  | { readonly do: 'acquire'; readonly id: number; readonly trunk: number; readonly class: CallClass }
  | { readonly do: 'release'; readonly id: number }
  | { readonly do: 'expire'; readonly now: number };

/** Trunks 0 to 3 share accounts 0 and 1, which share ancestor 9. */
function claimsOf(trunk: number, callClass: CallClass): readonly Claim[] {
  return [
    claim('trunk', trunk, trunk === 3 ? 0 : 2, callClass),
    claim('account', trunk % 2, 3, callClass),
    claim('ancestor', 9, 4, callClass),
  ];
}

function modelTest(t: Test, create: () => Admission): void {
  const action = fc.oneof(
    fc.record({
      do: fc.constant('acquire' as const),
      id: fc.nat({ max: 9 }),
      trunk: fc.nat({ max: 3 }),
      class: fc.constantFrom('in', 'out', 'dialer'),
    }),
    fc.record({ do: fc.constant('release' as const), id: fc.nat({ max: 9 }) }),
    fc.record({ do: fc.constant('expire' as const), now: fc.nat({ max: 60 }) }),
  ) as fc.Arbitrary<Action>;
  t.test('counters equal live leases after every step and are zero at the end', async (t) => {
    const property = fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const admission = create();
      for (const [at, step] of actions.entries()) {
        apply(admission, step, at);
        assertInvariant(admission);
      }
      for (const lease of admission.leases()) admission.release(lease.id);
      assertInvariant(admission);
      if (admission.leases().length !== 0) throw new Error('leases remain');
    });
    t.doesNotThrow(() => fc.assert(property, { numRuns: 10_000 }));
  });
}

function apply(admission: Admission, step: Action, at: number): void {
  if (step.do === 'acquire') admission.acquire(`c${step.id}`, claimsOf(step.trunk, step.class), at + 30);
  else if (step.do === 'release') admission.release(`c${step.id}`);
  else admission.expire(step.now);
}

function assertInvariant(admission: Admission): void {
  for (const callClass of ['in', 'out', 'dialer'] as const) {
    for (const [level, id, limit] of [
      ...[0, 1, 2, 3].map((trunk) => ['trunk', trunk, trunk === 3 ? 0 : 2] as const),
      ...[0, 1].map((account) => ['account', account, 3] as const),
      ['ancestor', 9, 4] as const,
    ]) {
      const live = admission
        .leases()
        .flatMap((lease) => lease.claims)
        .filter((held) => held.level === level && held.id === id && held.class === callClass).length;
      const used = admission.used(level, id, callClass);
      if (used !== live || used > limit) throw new Error(`${level} ${id} ${callClass}: ${used} used, ${live} live`);
    }
  }
}
