import { readdirSync, readFileSync } from 'node:fs';

/** What the product's SIP threads are called, one like the other. */
export const SIP_THREAD = 'didfarm-sip';

/** CPU time that all threads of a process have used, in milliseconds (nanosecond counters of the scheduler). */
export function cpuMs(pid: number): number {
  return sumOf(pid, () => true);
}

/** The same for its threads of that name. */
export function threadCpuMs(pid: number, name: string): number {
  return sumOf(pid, (thread) => readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim() === name);
}

/** Its threads of that name, by their numbers. */
export function threadsOf(pid: number, name: string): readonly number[] {
  const commOf = (thread: string) => readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim();
  return readdirSync(`/proc/${pid}/task`)
    .filter((thread) => commOf(thread) === name)
    .map(Number);
}

function sumOf(pid: number, counts: (thread: string) => boolean): number {
  let ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      if (!counts(thread)) continue;
      ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // The thread has ended between the two reads.
    }
  }
  return ns / 1e6;
}

/** Resident memory in MiB. */
export function residentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib ?? 0) / 1024;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** The value that a share of all (0 to 1) does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
