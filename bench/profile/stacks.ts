import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

export interface Frame {
  /** As perf has it, or the function's own name in JavaScript. */
  readonly name: string;
  /** Of JavaScript: from the root of the product, or `node:…`. */
  readonly file: string | undefined;
  /** Where the code is from: a library, the kernel, or what V8 has compiled. */
  readonly from: string;
}

/** What a thread did when it was looked at. */
export interface Stack {
  readonly thread: number;
  /** The innermost first. */
  readonly frames: readonly Frame[];
}

const ROOT = `${pathToFileURL(join(import.meta.dirname, '../..')).href}/`;
const FRAME = /^\s+[0-9a-f]+ (.*) \((.*)\)$/;
/** `JS:*'#receive file:///…/udp-socket.ts:93:11`: how it is compiled, the function, and where it stands. */
const JAVASCRIPT = /^JS:[*~'^+]*(.*?) ?((?:file:\/\/|node:|\/)\S+?):\d+:\d+$/;

/** Reads what `perf record` has written. @throws when perf does not end well */
export async function readStacks(data: string): Promise<readonly Stack[]> {
  const args = ['script', '--no-inline', '-F', 'tid,ip,sym,dso', '-i', data];
  const perf = spawn('perf', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(perf, 'exit');
  const stacks: Stack[] = [];
  const known = new Map<string, Frame>();
  let thread = 0;
  let frames: Frame[] = [];
  for await (const line of createInterface({ input: perf.stdout })) {
    const found = FRAME.exec(line);
    if (found !== null) frames.push(frameOf(known, found[1] ?? '', found[2] ?? ''));
    else if (line.trim() !== '') thread = Number(line);
    else if (frames.length > 0) {
      stacks.push({ thread, frames });
      frames = [];
    }
  }
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`perf script ended with ${code}`);
  return stacks;
}

/** One object for all samples of a place. */
function frameOf(known: Map<string, Frame>, symbol: string, from: string): Frame {
  const key = `${symbol} ${from}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const script = JAVASCRIPT.exec(symbol);
  const file = script?.[2]?.replace(ROOT, '').replace(/^.*node_modules\//, 'node_modules/');
  const frame = { name: script === null ? symbol : script[1] || '(anonymous)', file, from };
  known.set(key, frame);
  return frame;
}
