import t from 'tap';
import { startMachine } from './machine.ts';

t.test('what is watched has its result, how long it was, and stalls by the clock of the machine', async (t) => {
  const machine = startMachine(0.5);
  t.teardown(() => machine.stop());
  const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
  const beforeMs = nowMs();
  const { result, watched } = await machine.during(async () => 'called');
  const afterMs = nowMs();
  t.equal(result, 'called');
  t.ok(watched.seconds > 0 && watched.seconds * 1000 <= afterMs - beforeMs, `${watched.seconds} s`);
  for (const { fromMs, toMs } of watched.stalls)
    t.ok(beforeMs - 1 < fromMs && fromMs < toMs && toMs < afterMs + 1, `${fromMs} to ${toMs}`);
});

t.test('a machine that stood still, or had other work, is warned of', async (t) => {
  const machine = startMachine(7.25);
  t.teardown(() => machine.stop());
  await machine.begin();
  const figures = await machine.figures();
  t.equal(figures.find(({ name }) => name === 'load_average_before')?.value, 7.25);
  const away = figures.filter(({ name }) => name.endsWith('_core_away'));
  t.ok(away.length > 0 && away.every(({ value }) => value >= 0), JSON.stringify(away));
  const linesOf = (awayMs: number, load: number) => {
    const seen = figures.map((figure) => ({ ...figure, value: figure.name === 'load_average_before' ? load : awayMs }));
    return machine.warnings(seen).filter((line) => !line.startsWith('the witness'));
  };
  t.same(linesOf(0.4, 0.3), [], 'nothing of a quiet one');
  t.equal(linesOf(12.34, 0.3).length, away.length);
  t.match(linesOf(12.34, 0.3)[0], /stood still for 12\.3 ms\/s \(machine_server_core_away\)/);
  t.match(linesOf(0.4, 7.25), [/load average 7\.3/]);
});
