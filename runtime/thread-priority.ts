import { constants, getPriority, setPriority } from 'node:os';

/** A step is a fifth less of a core that several threads want: a thread of five has a third of the share of one of none. */
const STEPS = 5;

/**
 * Lets the SIP threads go before this one where they want the same core. What is stored of calls comes in batches, each some
 * milliseconds of work: on equal terms SIP had half of the core for as long, and calls waited behind it. This thread keeps a
 * quarter of the core, which is more than it takes for as many calls as the rest can carry.
 *
 * On Linux alone, where each thread has a priority of its own; elsewhere it would be that of the whole process. To be called once
 * all other threads have begun: they begin with that of the thread that starts them.
 */
export function letSipGoFirst(): void {
  if (process.platform !== 'linux') return;
  setPriority(Math.min(getPriority() + STEPS, constants.priority.PRIORITY_LOW));
}
