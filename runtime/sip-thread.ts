import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { MainSide, type MainSideHandlers, threadPort } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import { StartError } from './start-error.ts';

/** What a SIP thread is born with; all else comes by the bus. */
export interface SipThreadData {
  readonly config: Config;
  /** Signs nonces; the same before and after a restart. */
  readonly nonceSecret: string;
  /** Opens the credentials of trunks. */
  readonly secretKey: Uint8Array;
  /** Tells nonces of an earlier start from ours. */
  readonly startEpoch: number;
}

export interface SipThread {
  readonly bus: MainSide;
  /** Resolves when the thread has ended. */
  readonly ended: Promise<void>;
  terminate(): Promise<void>;
}

/**
 * Room for the young (MiB). What a call leaves behind lives for 32 s, until its transactions end: with 24 it is copied
 * and promoted all the time and a call costs a sixth more CPU and up, in V8's helper threads too. With 64 the memory that
 * stays taken is a kilobyte more for each of 100,000 registrations.
 */
const LIMITS = { maxYoungGenerationSizeMb: 32 } as const;

/** Starts a SIP thread; `onDeath` hears of an end that nobody asked for. */
export function startSipThread(
  data: SipThreadData,
  handlers: MainSideHandlers,
  onDeath: (reason: Error) => void,
): SipThread {
  // Compiled, in the published package, it is JavaScript like this file.
  const script = new URL(`../sip-worker${extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(script, { workerData: data, name: 'didfarm-sip', resourceLimits: LIMITS });
  const bus = new MainSide(threadPort(worker), handlers);
  // Whoever waits for the start hears of it; nobody else must.
  bus.started.catch(() => undefined);
  let fault: Error | undefined;
  let isStopping = false;
  worker.on('error', (error) => {
    fault = error instanceof Error ? error : new Error(String(error));
  });
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      const reason = fault ?? new StartError(`the SIP thread ended with code ${code}`);
      bus.closed(reason);
      resolve();
      if (!isStopping) onDeath(reason);
    });
  });
  return {
    bus,
    ended,
    async terminate() {
      isStopping = true;
      await worker.terminate();
    },
  };
}
