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

/** Of the SIP thread's old generation, before the whole of it is collected for the first time (MiB). */
const OLD_AT_FIRST_MIB = 256;

/**
 * A collection of the whole heap holds up every call for 150 to 400 ms where its helpers share the SIP thread's core, and
 * V8 begins one early where a heap is small. So it may grow first: at 250 calls a second one came in a minute, where there
 * were five. Only threads that start later have it: the main thread does not.
 * V8 also collects when allocation falls, to give memory back that the next busy minute takes again: of calls that pause
 * now and then, one in a hundred waited 159 ms with that and 7 without.
 */
export function collectOldSeldom(): void {
  setFlagsFromString(`--initial-old-space-size=${OLD_AT_FIRST_MIB}`);
  setFlagsFromString('--no-memory-reducer');
}
