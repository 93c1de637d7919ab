/**
 * Does `work` on each multiple of `everyMs` since the process began: what is done equally often, or twice as often, wakes the
 * thread once and not once each, and the SIP thread is kept from its core as seldom. Keeps no process alive. @returns ends it
 */
export function onTheBeat(everyMs: number, work: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    timer = setTimeout(
      () => {
        wait();
        work();
      },
      msToBeat(everyMs, performance.now()),
    ).unref();
  };
  wait();
  return () => clearTimeout(timer);
}

/** Whole milliseconds until the next multiple; Node's timers are early by a part of one at times, and then it is the one after. */
export function msToBeat(everyMs: number, nowMs: number): number {
  return everyMs - (Math.ceil(nowMs) % everyMs);
}
