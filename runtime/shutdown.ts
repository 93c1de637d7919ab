import type { Logger } from '../telemetry/index.ts';

/** One part of stopping, named for the log. */
export interface StopStep {
  readonly name: string;
  run(): Promise<unknown>;
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
    for (const step of steps()) {
      await step
        .run()
        .catch((error: unknown) => logger.error({ err: error, step: step.name }, 'could not stop cleanly'));
    }
    logger.info('stopped');
    logger.flush();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}
