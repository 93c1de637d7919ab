import { extname } from 'node:path';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { collectOldSeldom, giveYoungTheirRoom, keepShortLivedYoung } from './v8-settings.ts';

/** A SIP thread that reads its code, a second of work, and then waits for what it is born with. */
export interface SipCode {
  readonly worker: Worker;
  /** Takes the one message that lets it begin. */
  readonly begin: MessagePort;
}

/** Such a thread, by its script; a start that fails ends it with the process. */
export function loadSipCode(name: 'sip-worker' | 'call-worker' = 'sip-worker'): SipCode {
  keepShortLivedYoung();
  giveYoungTheirRoom();
  collectOldSeldom();
  // Compiled, in the published package, it is JavaScript like this file.
  const script = new URL(`../${name}${extname(import.meta.filename)}`, import.meta.url);
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(script, { workerData: { begin: port2 }, transferList: [port2], name: 'didfarm-sip' });
  return { worker, begin: port1 };
}
