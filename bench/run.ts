import { readdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { startMachine } from './support/machine.ts';
import { benchNames, peer, updatesBaseline } from './support/peer.ts';
import { type Bench, report } from './support/report.ts';

/**
 * `npm run bench [name…] [-- --peer kamailio] [-- --update]`: runs the benches named, or all, one after the other; with
 * `--update` their ratios go into baseline.json.
 */
const all = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''));
const [loadBefore = Number.NaN] = loadavg();
const names = benchNames();
peer();
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`bench: there is no ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(1);
}
for (const name of names.length > 0 ? names : all) {
  const { bench } = (await import(join(import.meta.dirname, `${name}.bench.ts`))) as { bench: Bench };
  const machine = startMachine(loadBefore);
  try {
    const measured = await bench(machine);
    const ofMachine = await machine.figures();
    report(name, [...measured, ...ofMachine], updatesBaseline());
    for (const warning of machine.warnings(ofMachine)) console.log(`  ${warning}`);
  } finally {
    await machine.stop();
  }
}
