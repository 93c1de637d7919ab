import type { MessagePort, Worker } from 'node:worker_threads';

/** One end of a pipe between two threads. Messages are structured clones, in order, never lost while open. */
export interface Port {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** A worker seen from its parent, or `parentPort` seen from the worker. */
export function threadPort(end: Worker | MessagePort): Port {
  return {
    post: (message) => end.postMessage(message),
    onMessage: (listener) => end.on('message', listener),
  };
}

/** Both ends in one thread, for tests: clones and delivers in a later turn, as threads do. */
export function createLocalPorts(): readonly [Port, Port] {
  const listeners: [((message: unknown) => void)[], ((message: unknown) => void)[]] = [[], []];
  const end = (own: 0 | 1, other: 0 | 1): Port => ({
    post: (message) => {
      const copy: unknown = structuredClone(message);
      setImmediate(() => {
        for (const listener of listeners[other]) listener(copy);
      });
    },
    onMessage: (listener) => listeners[own].push(listener),
  });
  return [end(0, 1), end(1, 0)];
}
