import { KINDS, type Kind, kindOf } from './kinds.ts';
import type { Stack } from './stacks.ts';
import { productFrame, stageOf } from './stages.ts';

/** Kinds that have a column of their own; those that hardly occur share one. */
const COLUMNS: readonly (readonly [string, readonly Kind[]])[] = [
  ['JavaScript', ['JavaScript']],
  ['builtins', ['builtins of V8']],
  ['C++', ['C++ of V8, Node, libuv', 'OpenSSL', 'SQLite']],
  ['libc', ['memory and text of libc']],
  ['regular expressions', ['regular expressions']],
  ['system', ['system']],
];
/** Stages below this share of all are one row. */
const LEAST_SHARE = 0.01;
const TOP_FUNCTIONS = 40;
const LEAVES_TOLD = 4;

/** Microseconds by stage and kind of code as a table of Markdown, the dearest stage first; `totalUs` is what all samples are. */
export function stageTable(stacks: readonly Stack[], totalUs: number): string {
  const us = totalUs / stacks.length;
  const rows = new Map<string, Map<Kind, number>>();
  for (const { frames } of stacks) {
    const [stage, kind] = [stageOf(frames), kindOf(frames[0] ?? NOWHERE)];
    const row = rows.get(stage) ?? new Map<Kind, number>();
    rows.set(stage, row.set(kind, (row.get(kind) ?? 0) + us));
  }
  const sorted = [...rows].sort(([, a], [, b]) => total(b) - total(a));
  const isSmall = ([, row]: readonly [string, ReadonlyMap<Kind, number>]) => total(row) < totalUs * LEAST_SHARE;
  const rest = sumOf(sorted.filter(isSmall).map(([, row]) => row));
  return [
    `| Stage | µs | ${COLUMNS.map(([name]) => name).join(' | ')} |`,
    `|---|${'---|'.repeat(COLUMNS.length + 1)}`,
    ...sorted.filter((row) => !isSmall(row)).map(([stage, row]) => line(stage, row)),
    ...(rest.size === 0 ? [] : [line('others', rest)]),
    line('**together**', sumOf(rows.values())),
  ].join('\n');
}

/** What each kind of code took, the functions of the product that are dearest by themselves, and where in it the time went. */
export function topFunctions(stacks: readonly Stack[], totalUs: number): string {
  const us = totalUs / stacks.length;
  const kinds = tally(stacks.map(({ frames }) => kindOf(frames[0] ?? NOWHERE)));
  const byFunction = new Map<string, string[]>();
  for (const { frames } of stacks) {
    const frame = productFrame(frames);
    const place = frame === undefined ? `(${stageOf(frames)})` : `${frame.file} ${frame.name}`;
    const leaves = byFunction.get(place) ?? [];
    leaves.push(frames[0] === frame ? 'itself' : (frames[0]?.name ?? '').slice(0, 60));
    byFunction.set(place, leaves);
  }
  const dearest = [...byFunction].sort(([, a], [, b]) => b.length - a.length).slice(0, TOP_FUNCTIONS);
  return [
    ...KINDS.map((kind) => `  ${kind.padEnd(76)} ${((kinds.get(kind) ?? 0) * us).toFixed(1).padStart(6)}`),
    ...dearest.map(([place, leaves]) => {
      const parts = [...tally(leaves)].sort(([, a], [, b]) => b - a).slice(0, LEAVES_TOLD);
      const told = parts.map(([leaf, count]) => `${leaf} ${(count * us).toFixed(1)}`).join(', ');
      return `  ${place.padEnd(76)} ${(leaves.length * us).toFixed(1).padStart(6)}  ${told}`;
    }),
  ].join('\n');
}

const NOWHERE = { name: '', file: undefined, from: '' };

function line(stage: string, row: ReadonlyMap<Kind, number>): string {
  const cells = COLUMNS.map(([, kinds]) => kinds.reduce((sum, kind) => sum + (row.get(kind) ?? 0), 0));
  return `| ${stage} | ${total(row).toFixed(1)} | ${cells.map((value) => (value < 0.05 ? '' : value.toFixed(1))).join(' | ')} |`;
}

function sumOf(rows: Iterable<ReadonlyMap<Kind, number>>): Map<Kind, number> {
  const sum = new Map<Kind, number>();
  for (const row of rows) for (const [kind, value] of row) sum.set(kind, (sum.get(kind) ?? 0) + value);
  return sum;
}

function total(row: ReadonlyMap<Kind, number>): number {
  return [...row.values()].reduce((sum, value) => sum + value, 0);
}

function tally<T>(all: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}
