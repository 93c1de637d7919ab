import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const BASELINE = join(import.meta.dirname, '../baseline.json');

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is worth watching for: ratios survive other machines, absolute figures do not. */
  readonly isRatio: boolean;
}

/** A bench gives figures; the runner prints and compares them. */
export type Bench = () => Promise<readonly Figure[]>;

/** Prints the figures as a table with what moved against the committed baseline, then as one line of JSON. */
export function report(bench: string, figures: readonly Figure[]): void {
  const baseline = readBaseline()[bench] ?? {};
  console.log(`\n${bench}`);
  for (const { name, value, unit, isRatio } of figures) {
    const before = baseline[name];
    const moved =
      before === undefined || !isRatio ? '' : `${(((value - before) / before) * 100).toFixed(0)} % against ${before}`;
    console.log(`  ${name.padEnd(42)} ${value.toFixed(2).padStart(10)} ${unit.padEnd(12)} ${moved}`);
  }
  console.log(
    JSON.stringify({
      bench,
      ...Object.fromEntries(figures.map((figure) => [figure.name, Number(figure.value.toFixed(3))])),
    }),
  );
}

function readBaseline(): Record<string, Record<string, number>> {
  return existsSync(BASELINE)
    ? (JSON.parse(readFileSync(BASELINE, 'utf8')) as Record<string, Record<string, number>>)
    : {};
}
