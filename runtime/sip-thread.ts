import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { MainSide, type MainSideHandlers, type SipBus, threadPort } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import type { SharedPlacesMemory } from '../routing/index.ts';
import type { WorkerSeat } from '../sip-engine/index.ts';
import type { SipCode } from './sip-code.ts';
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
  /** What threads that share the ports have in common; absent where there is but one. */
  readonly beside?: Beside;
}

/** A SIP thread's part of what several have in common. */
export interface Beside {
  readonly seat: WorkerSeat;
  /** Ceilings are counted over all of them. */
  readonly places: SharedPlacesMemory;
  /** From home to each of the others; from those to home alone. */
  readonly news: readonly MessagePort[];
}

export interface SipThread {
  readonly bus: SipBus;
  /** Resolves when the thread has ended. */
  readonly ended: Promise<void>;
  terminate(): Promise<void>;
}

/** What the log calls a SIP thread; the first has the name that it has when it is alone. */
export function threadName(seat?: WorkerSeat): string {
  return seat === undefined || seat.index === 0 ? 'sip' : `sip-${seat.index}`;
}

/** What small pieces of memory of a SIP thread share (bytes). */
const POOL_BYTES = 8_192;

/**
 * In the SIP thread: what it is born with, once the other thread knows. One piece keeps all of the memory that it shares,
 * and a call keeps its SDP and its ACK: of Node's 64 KB a long call among short ones kept 66 KB, of these it keeps 9.
 */
export async function bornWith(begin: MessagePort): Promise<SipThreadData> {
  Buffer.poolSize = POOL_BYTES;
  const [data] = await once(begin, 'message');
  begin.close();
  return data as SipThreadData;
}

/** Lets a SIP thread begin, which gets the `ports` of its data; `onDeath` hears of an end that nobody asked for. */
export function startSipThread(
  { worker, begin }: SipCode,
  data: SipThreadData,
  handlers: MainSideHandlers,
  onDeath: (reason: Error) => void,
  ports: readonly MessagePort[] = [],
): SipThread & { readonly bus: MainSide } {
  begin.postMessage(data, ports);
  const bus = new MainSide(threadPort(worker), handlers, { thread: threadName(data.beside?.seat) });
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
