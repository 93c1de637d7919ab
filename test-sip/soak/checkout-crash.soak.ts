import t from 'tap';
import { CARRIER_CALLS, CARRIER_FAULTS } from '../../billing-hooks/index.ts';
import { crashEverywhere } from '../../billing-hooks/orders/crash-matrix.ts';

/** Every way for a carrier to go wrong, at every step, crossed with kill -9 at every await point. */
const WAYS = [...CARRIER_FAULTS, 'late+late', 'fail+refuse'];

t.setTimeout(3_600_000);
for (const call of ['none', ...CARRIER_CALLS] as const) {
  for (const fault of call === 'none' ? ['none'] : WAYS) {
    t.test(`${call}: ${fault}`, { timeout: 3_600_000 }, async (t) => {
      for (const { killAt, verdict } of await crashEverywhere(t.testdir(), { call, fault }))
        t.match(verdict, /^(whole|nothing)$/, `killed at ${killAt}: ${verdict}`);
    });
  }
}
