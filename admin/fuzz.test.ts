import t from 'tap';
import { fuzzApi } from './fuzz-api.ts';
import { openTestWorld } from './test-world.ts';

t.test('500 random requests, nearly right, are answered as documented and never with 500', async (t) => {
  const { app, keys } = await openTestWorld(t);
  // The same each time, so that what fails here fails again; the soak draws another for each run.
  const seed = Number(process.env.FUZZ_SEED ?? 20261121);
  const outcome = await fuzzApi(app, [keys.operator, keys.msp, keys.reseller, keys.bistro, keys.test], {
    requests: 500,
    seed,
  });
  t.same(outcome.faults, [], `FUZZ_SEED=${seed} repeats it`);
  t.ok((outcome.statuses[401] ?? 0) < 25, 'hardly any is stopped at the door');
  for (const status of [200, 404, 422]) t.ok((outcome.statuses[status] ?? 0) > 0, `some are answered ${status}`);
});
