import { cpuMs } from './cpu.ts';
import type { OnEnd } from './work-dir.ts';

/** A server that is one process or several. */
export interface Server {
  pids(): readonly number[];
}

/** A server that goes on works off what came due meanwhile: it is waited for until it takes less than this share of a core … */
const CALM_SHARE = 0.1;
const LOOK_MS = 100;
/** … at least for so many looks, and no longer than for so many. */
const LOOKS = { least: 3, most: 50 };

/**
 * Servers that share a core, of which one runs at a time: the others are stopped (SIGSTOP), so that none of them takes a part
 * of the core or wakes up in the middle of another's round.
 */
export class Turns {
  readonly #servers: Server[] = [];
  readonly #stopped = new Set<number>();
  readonly #continueAll = () => this.#continue([...this.#stopped]);
  #isOver = false;

  constructor() {
    // However this process ends: nobody else would make them go on.
    process.once('exit', this.#continueAll);
  }

  /** Once its own end has been asked for with `onEnd`, so that it goes on before it has to end. */
  add(server: Server, onEnd: OnEnd): void {
    this.#servers.push(server);
    onEnd(() => this.end());
  }

  /** Stops all others; done when this one has gone on and is calm. */
  async give(server: Server): Promise<void> {
    if (this.#isOver) return;
    const own = server.pids();
    this.#stop(this.#servers.flatMap((other) => other.pids()).filter((pid) => !own.includes(pid)));
    const stopped = own.filter((pid) => this.#stopped.has(pid));
    this.#continue(stopped);
    if (stopped.length > 0) await calm(server);
  }

  /** All go on, and none is stopped any more. */
  end(): void {
    this.#isOver = true;
    this.#continueAll();
    process.removeListener('exit', this.#continueAll);
  }

  #stop(pids: readonly number[]): void {
    for (const pid of pids) {
      if (this.#stopped.has(pid)) continue;
      if (signal(pid, 'SIGSTOP')) this.#stopped.add(pid);
    }
  }

  #continue(pids: readonly number[]): void {
    for (const pid of pids) {
      signal(pid, 'SIGCONT');
      this.#stopped.delete(pid);
    }
  }
}

/** False when it has ended. */
function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

async function calm(server: Server): Promise<void> {
  const usedMs = () => server.pids().reduce((sum, pid) => sum + cpuMs(pid), 0);
  for (let [looks, before] = [1, usedMs()]; looks <= LOOKS.most; looks++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const after = usedMs();
    if (looks >= LOOKS.least && after - before < CALM_SHARE * LOOK_MS) return;
    before = after;
  }
}
