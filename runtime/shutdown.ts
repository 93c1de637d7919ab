import type { Logger } from '../telemetry/index.ts';
import { isDoneWithin } from './done-within.ts';

/** One part of stopping, named for the log. */
export interface StopStep {
  readonly name: string;
  run(): Promise<unknown>;
  /** Nobody waits for it longer (ms). @default for ever */
  readonly limitMs?: number;
}

/**
 * On SIGTERM or SIGINT runs the steps in order, each once, whatever the others do, then exits 0.
 * A second signal ends at once.
 */
export function stopOnSignal(logger: Logger, steps: () => readonly StopStep[]): void {
  let isStopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    logger.info({ signal }, 'stopping');
    for (const step of steps()) await runStep(step, logger);
    logger.info('stopped');
    logger.flush();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

/** One after the other has its turn, whatever this one does. */
export async function runStep({ name, run, limitMs }: StopStep, logger: Logger): Promise<void> {
  const work = run().catch((error: unknown) => logger.error({ err: error, step: name }, 'could not stop cleanly'));
  if (limitMs === undefined) await work;
  else if (!(await isDoneWithin(work, limitMs)))
    logger.error({ step: name, limitMs }, 'gave up waiting for a part to stop');
}
