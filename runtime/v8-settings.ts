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
