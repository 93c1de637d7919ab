import { onTheBeat } from './on-the-beat.ts';

/** Work that goes on in the background. */
export interface Repeated {
  /** No further round; resolves when the one that runs has ended. */
  close(): Promise<void>;
}

export interface Repeating extends Repeated {
  /** A round now, or when the one that runs has ended: however often it is asked for meanwhile, one more. */
  again(): void;
}

/** Does it now and again every `everyMs`, one round at a time; a round that fails is told, and the next one tries anew. */
export function repeat(everyMs: number, work: () => Promise<unknown>, onFault: (error: unknown) => void): Repeating {
  let running: Promise<unknown> | undefined;
  let isWanted = false;
  let isClosed = false;
  const run = () => {
    if (running !== undefined) return;
    isWanted = false;
    running = work()
      .catch(onFault)
      .finally(() => {
        running = undefined;
        if (isWanted && !isClosed) run();
      });
  };
  run();
  const endBeat = onTheBeat(everyMs, run);
  return {
    again() {
      isWanted = true;
      if (!isClosed) run();
    },
    async close() {
      isClosed = true;
      endBeat();
      await running;
    },
  };
}
