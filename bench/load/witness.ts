import { createInterface } from 'node:readline';
import { machineClockOffsetMs } from '../support/machine-clock.ts';

/**
 * A witness of the machine: looks at the clock again and again, and notes when it came late. Where nothing on its core may
 * go before it, a late look is a core that did not run, as when the processor is shared with other machines.
 * Each line `{"everyMs"}` on standard input is answered by one line of JSON with what was seen since the line before:
 * `FROM:TO` of each stall over 1 ms by the machine's clock, and for how long in all (`awayMs`) of how long (`watchedMs`).
 * From then on it looks so often. It ends with its input.
 */
const LATE_MS = 1;
/** Questions are heard so often. */
const CHUNK_MS = 100;

const offsetMs = machineClockOffsetMs();
/** Nobody ever wakes it: to wait for it is to sleep, without a turn of the event loop. */
const cell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
let everyMs = 20;
let stalls: string[] = [];
let awayMs = 0;
let sinceMs = performance.now();

function look(): void {
  let nowMs = performance.now();
  const untilMs = nowMs + CHUNK_MS;
  for (let dueMs = nextAfter(nowMs); dueMs < untilMs; dueMs = nextAfter(nowMs)) {
    for (; nowMs < dueMs; nowMs = performance.now()) Atomics.wait(cell, 0, 0, dueMs - nowMs);
    if (nowMs - dueMs > LATE_MS) note(dueMs, nowMs);
  }
  setImmediate(look);
}

/** The next moment to look, a multiple of the pause. */
function nextAfter(nowMs: number): number {
  return (Math.floor(nowMs / everyMs) + 1) * everyMs;
}

function note(dueMs: number, nowMs: number): void {
  stalls.push(`${(dueMs + offsetMs).toFixed(2)}:${(nowMs + offsetMs).toFixed(2)}`);
  // Each look that was missed stands for the time up to the next: so what is seen of stalls shorter than the pause counts right in the mean.
  awayMs += Math.ceil((nowMs - dueMs) / everyMs) * everyMs;
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const nowMs = performance.now();
    console.log(JSON.stringify({ stalls: stalls.join(' '), awayMs, watchedMs: nowMs - sinceMs }));
    ({ everyMs } = JSON.parse(line) as { readonly everyMs: number });
    [stalls, awayMs, sinceMs] = [[], 0, performance.now()];
  })
  .on('close', () => process.exit());
look();
