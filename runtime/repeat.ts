/** Work that goes on in the background. */
export interface Repeated {
  /** No further round; resolves when the one that runs has ended. */
  close(): Promise<void>;
}

/** Does it now and again every `everyMs`, one round at a time; a round that fails is told, and the next one tries anew. */
export function repeat(everyMs: number, work: () => Promise<unknown>, onFault: (error: unknown) => void): Repeated {
  let running: Promise<unknown> | undefined;
  const run = () => {
    running ??= work()
      .catch(onFault)
      .finally(() => {
        running = undefined;
      });
  };
  run();
  const timer = setInterval(run, everyMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
