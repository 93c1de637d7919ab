import { constants, getPriority, setPriority } from 'node:os';
import type { Logger } from '../telemetry/index.ts';

/** A step is a fifth less of a core that several threads want: a thread of five has a third of the share of one of none. */
const STEPS = 5;

/** What the system has for the calling thread. */
export interface Priority {
  readonly platform: NodeJS.Platform;
  get(): number;
  /** @throws {Error} where the system refuses */
  set(nice: number): void;
}

const SYSTEM: Priority = { platform: process.platform, get: () => getPriority(), set: (nice) => setPriority(nice) };

/**
 * Lets the SIP threads go before this one where they want the same core. What is stored of calls comes in batches, each some
 * milliseconds of work: on equal terms SIP had half of the core for as long, and calls waited behind it. Beside one SIP thread
 * this one keeps a quarter of the core, which is more than it takes for as many calls as the rest can carry.
 *
 * On Linux alone, where each thread has a priority of its own; elsewhere it would be that of the whole process. To be called
 * by the main thread once the SIP threads have begun: what a thread starts has its priority, as have the threads of test worlds
 * and readers of files, which are to go after the SIP threads as well. Where the system refuses, nothing changes.
 */
export function letSipGoFirst(logger: Pick<Logger, 'warn'>, priority = SYSTEM): void {
  if (priority.platform !== 'linux') return;
  try {
    priority.set(Math.min(priority.get() + STEPS, constants.priority.PRIORITY_LOW));
  } catch (error) {
    logger.warn({ err: error }, 'the main thread could not be made to go after the SIP threads');
  }
}
