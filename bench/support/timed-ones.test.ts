import t from 'tap';
import { readStalls } from './stalls.ts';
import { TimedOnes } from './timed-ones.ts';

const valueNamed = (figures: readonly { readonly name: string; readonly value: number }[], name: string) =>
  figures.find((figure) => figure.name === name)?.value;

t.test('those that a stall held up count in the raw figure and not in the undisturbed one', async (t) => {
  const times = new TimedOnes();
  const ones = Array.from({ length: 100 }, (_, at) => ({ beganMs: at * 10, tookMs: at < 10 ? 50 : 2 }));
  times.add(ones, { stalls: readStalls('0:100'), seconds: 1 });
  const figures = times.figures('calls');
  t.equal(valueNamed(figures, 'calls_p99_ms'), 50);
  t.equal(valueNamed(figures, 'calls_p99_undisturbed_ms'), 2);
  t.equal(valueNamed(figures, 'calls_undisturbed'), 90, 'per cent are left');
});

t.test('of one that outlasts stalls, these alone are taken off', async (t) => {
  const times = new TimedOnes();
  times.add([{ beganMs: 0, tookMs: 600 }], { stalls: readStalls('10:20 30:35'), seconds: 1 });
  t.equal(valueNamed(times.figures('calls'), 'calls_p99_less_stalls_ms'), 585);
  t.equal(valueNamed(times.figures('calls'), 'calls_undisturbed'), 0, 'per cent are left');
});

t.test('what the generator needs is taken off the times, not off the share', async (t) => {
  const times = new TimedOnes();
  times.add([{ beganMs: 0, tookMs: 7 }], { stalls: [], seconds: 1 });
  const figures = times.figures('calls', { lessMs: 3 });
  t.equal(valueNamed(figures, 'calls_p50_ms'), 4);
  t.equal(valueNamed(figures, 'calls_undisturbed'), 100);
});

t.test('what failed has no time', async (t) => {
  const times = new TimedOnes();
  const ones = [
    { beganMs: 0, tookMs: undefined },
    { beganMs: 1, tookMs: 5 },
  ];
  times.add(ones, { stalls: [], seconds: 1 });
  t.equal(times.percentileMs(0.99), 5);
});

t.test('stalls are counted by their length, by the second of all rounds, and once for both cores', async (t) => {
  const times = new TimedOnes();
  times.add([], { stalls: readStalls('10:12 11:17 100:102'), seconds: 2 });
  times.add([], { stalls: readStalls('5000:5030'), seconds: 2 });
  const figures = times.machineFigures('calls');
  t.equal(valueNamed(figures, 'calls_machine_stalls_over_1ms'), 3 / 4);
  t.equal(valueNamed(figures, 'calls_machine_stalls_over_5ms'), 2 / 4);
  t.equal(valueNamed(figures, 'calls_machine_stalls_over_20ms'), 1 / 4);
  t.equal(valueNamed(figures, 'calls_machine_longest_stall'), 30);
});
