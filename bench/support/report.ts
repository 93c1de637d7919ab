import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';

const BASELINE = join(import.meta.dirname, '../baseline.json');

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is worth watching for: ratios survive other machines, absolute figures do not. */
  readonly isRatio: boolean;
  /** Of each round, where the value is their median, or the worst: the table has the least and the most of them. */
  readonly rounds?: readonly number[];
  /** What the value does not say by itself; printed behind it. */
  readonly note?: string;
}

/** A ratio that has moved by more than this is told by name. */
const NOTABLE_SHARE = 0.1;

/** A bench gives figures; the runner prints and compares them, and looks at the machine meanwhile. */
export type Bench = (machine: Machine) => Promise<readonly Figure[]>;

/**
 * Prints the figures as a table with what moved against the committed baseline, then as one line of JSON; with `update`
 * the ratios become the baseline.
 */
export function report(bench: string, figures: readonly Figure[], update: boolean): void {
  const baseline = readBaseline();
  const before = baseline[bench] ?? {};
  console.log(`\n${bench}`);
  for (const figure of figures) {
    const { name, value, unit, note = '' } = figure;
    const spread = figure.rounds === undefined ? '' : spreadOf(figure.rounds);
    const moved = movedShare(figure, before);
    const against = moved === undefined ? '' : `${(moved * 100).toFixed(0)} % against ${before[name]}`;
    console.log(
      `  ${name.padEnd(46)} ${value.toFixed(2).padStart(10)} ${unit.padEnd(12)} ${spread} ${against} ${note}`.trimEnd(),
    );
  }
  const notable = figures.filter((figure) => Math.abs(movedShare(figure, before) ?? 0) > NOTABLE_SHARE);
  if (notable.length > 0) console.log(`  moved by more than a tenth: ${notable.map(({ name }) => name).join(', ')}`);
  const rounded = (list: readonly Figure[]) =>
    Object.fromEntries(list.map(({ name, value }) => [name, Number(value.toFixed(3))]));
  console.log(JSON.stringify({ bench, ...rounded(figures) }));
  if (!update) return;
  // What this run has not measured, a peer that was not asked for, stays as it was.
  const ratios = { ...before, ...rounded(figures.filter(({ isRatio }) => isRatio)) };
  writeFileSync(BASELINE, `${JSON.stringify({ ...baseline, [bench]: ratios }, null, 2)}\n`);
}

function movedShare({ name, value, isRatio }: Figure, before: Readonly<Record<string, number>>): number | undefined {
  const was = before[name];
  return was === undefined || !isRatio ? undefined : (value - was) / was;
}

function spreadOf(rounds: readonly number[]): string {
  return `${Math.min(...rounds).toFixed(2)} to ${Math.max(...rounds).toFixed(2)}`.padEnd(18);
}

function readBaseline(): Record<string, Record<string, number>> {
  return existsSync(BASELINE)
    ? (JSON.parse(readFileSync(BASELINE, 'utf8')) as Record<string, Record<string, number>>)
    : {};
}
