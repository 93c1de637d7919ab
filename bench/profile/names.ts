import { globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the product is started in. */
const ROOT = join(import.meta.dirname, '../..');

/** What V8 is told so that perf knows its functions by name, those that are interpreted, too. */
export const NAMED_FUNCTIONS = ['--perf-basic-prof', '--interpreted-frames-native-stack'] as const;

/** Where V8 writes the names of a process's functions, and the one place where perf looks for them. */
const namesOf = (pid: number) => `/tmp/perf-${pid}.map`;
const asideOf = (pid: number) => `${namesOf(pid)}.whole`;

/**
 * Does the work while perf finds only the last function that stood at each address: V8 gives the room of code that it has
 * dropped to other code, and writes both down. V8 goes on writing in its own file meanwhile.
 */
export async function withLastNames<T>(pid: number, work: () => Promise<T>): Promise<T> {
  renameSync(namesOf(pid), asideOf(pid));
  try {
    writeFileSync(namesOf(pid), lastNames(readFileSync(asideOf(pid), 'utf8').split('\n')).join('\n'));
    return await work();
  } finally {
    renameSync(asideOf(pid), namesOf(pid));
  }
}

/** Also the logs of each thread, which V8 writes beside them and nobody reads. */
export function removeNames(pid: number): void {
  const logs = globSync(join(ROOT, `isolate-0x*-${pid}-v8.log`));
  for (const file of [namesOf(pid), asideOf(pid), ...logs]) rmSync(file, { force: true });
}

/** Lines of `ADDRESS SIZE NAME`, of which the later ones hold. */
function lastNames(lines: readonly string[]): readonly string[] {
  const kept: { readonly from: number; readonly to: number; readonly line: string }[] = [];
  for (const line of lines.toReversed()) {
    const [from = Number.NaN, size = 0] = line.split(' ', 2).map((text) => Number.parseInt(text, 16));
    const to = from + size;
    const at = firstAfter(kept, from);
    const [below, above] = [kept[at - 1], kept[at]];
    const isFree = (below === undefined || below.to <= from) && (above === undefined || above.from >= to);
    if (Number.isFinite(to) && isFree) kept.splice(at, 0, { from, to, line });
  }
  return kept.map(({ line }) => line);
}

/** The place of the first that begins after this address. */
function firstAfter(sorted: readonly { readonly from: number }[], address: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.from ?? 0) > address) high = middle;
    else low = middle + 1;
  }
  return low;
}
