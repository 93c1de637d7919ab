import { createRequire } from 'node:module';
import { parseMessage } from '../../sip-engine/index.ts';
import { registerRequest } from '../load/engine-messages.ts';
import { median } from './cpu.ts';

/** The headers that a registrar needs. */
const HEADERS = ['via', 'from', 'to', 'call-id', 'cseq', 'contact', 'expires', 'authorization'];
const ROUNDS = 25;
const TIMES = 4_000;

interface TheirMessage {
  get(name: string): string | undefined;
}

/** Microseconds of CPU to parse one REGISTER and read eight headers: ours, and drachtio-srf's own, in turns. */
export function parseRatio(): { readonly oursUs: number; readonly theirsUs: number } {
  const require = createRequire(import.meta.url);
  const Theirs = require('drachtio-srf/lib/sip-parser/message.js') as new (text: string) => TheirMessage;
  const bytes = Buffer.from(registerRequest('parse', 5060));
  const ours = () => {
    const message = parseMessage(bytes);
    let length = 0;
    for (const name of HEADERS) length += message.header(name)?.length ?? 0;
    return length;
  };
  const theirs = () => {
    const message = new Theirs(bytes.toString());
    let length = 0;
    for (const name of HEADERS) length += message.get(name)?.length ?? 0;
    return length;
  };
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    times.ours.push(cpuUs(ours));
    times.theirs.push(cpuUs(theirs));
  }
  return { oursUs: median(times.ours.slice(5)), theirsUs: median(times.theirs.slice(5)) };
}

function cpuUs(work: () => number): number {
  const before = process.threadCpuUsage();
  let read = 0;
  for (let i = 0; i < TIMES; i++) read += work();
  const { user, system } = process.threadCpuUsage(before);
  if (read === 0) throw new Error('nothing was read');
  return (user + system) / TIMES;
}
