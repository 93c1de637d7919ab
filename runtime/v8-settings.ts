import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/**
 * V8 notes which literals outlive collections of the young, and then makes what they make old from the start. While
 * thousands of PBXes register after an outage, the records on their way to the other thread are among them: they are
 * needed for 50 ms and stay until the whole heap is collected, a kilobyte a PBX.
 * V8 has one such setting for all threads of the process; those that start later have it from their start.
 */
export function keepShortLivedYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

/** What a SIP thread may leave behind until the young are collected (MiB): as much as `npm start` and the image let it. */
const YOUNG_MIB = 16;

/**
 * V8 gives the young more room only when much of them survives. Hardly anything of a REGISTER or a call does, so that a
 * thread stayed at the 4 MiB that it is born with, and was collected four times as often as the room that it may take has
 * it. Only threads that start later have it from their start.
 */
export function giveYoungTheirRoom(): void {
  setFlagsFromString(`--min-semi-space-size=${YOUNG_MIB}`);
}

/** Of the SIP thread's old generation, before the whole of it is collected for the first time (MiB): by the machine's memory. */
const OLD_AT_FIRST_MIB = { least: 256, most: 512, shareOfMemory: 1 / 32 };
/** What it may grow by from then on, of what was alive at the last collection (%). */
const GROWTH_PERCENT = 200;

/**
 * A collection of the whole heap holds up every call for 100 to 400 ms where its helpers share the SIP thread's core, so
 * there should be few. V8 begins one
 * - where a heap is small: it may grow to a size at first, and by its own size twice after that,
 * - at every 64 MB more outside the heap, which is what a minute of messages and answers takes: they count as heap instead,
 * - when allocation falls, to give memory back that the next busy minute takes again: never.
 * Only threads that start later have it from their start.
 */
export function collectOldSeldom(): void {
  const memoryBytes = Math.min(process.constrainedMemory() || totalmem(), totalmem());
  setFlagsFromString(`--initial-old-space-size=${oldAtFirstMib(memoryBytes)}`);
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  setFlagsFromString('--no-memory-reducer');
}

/**
 * 100,000 trunks with 1,000,000 numbers alone are 175 MiB of it: of calls in the first minute one in a hundred waited 173 ms
 * where it began with 256. `memoryBytes`: what the process may use, of the machine or of its container.
 */
export function oldAtFirstMib(memoryBytes: number): number {
  const { least, most, shareOfMemory } = OLD_AT_FIRST_MIB;
  return Math.round(Math.min(most, Math.max(least, (memoryBytes * shareOfMemory) / 2 ** 20)));
}
