import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVERYTHING, listTrunks, openStore } from '../store/index.ts';
import { applyTenants, type PlanOptions } from './index.ts';
import { textOf } from './test-edits.ts';

export const OPERATOR: PlanOptions = { visible: null, actor: 'test', resolveSecret: () => undefined };
const FACE = JSON.stringify(join(import.meta.dirname, '..', 'index.ts'));

/** How an apply in a process of its own ended, and what it left behind. */
export interface KilledApply {
  readonly wasKilled: boolean;
  /** From when the work began to the end of the process (ms). */
  readonly tookMs: number;
  /** The ceilings that there are on trunks: one, if the apply was all or nothing. */
  readonly ceilings: readonly (number | null)[];
}

/** A database in a folder with so many trunks, all with the same ceiling, and applies to it that are killed. */
export class KillWorld {
  readonly #database: string;
  readonly #file: string;
  readonly #trunks: number;

  constructor(folder: string, trunks: number) {
    this.#database = join(folder, 'didfarm.db');
    this.#file = join(folder, 'file.yaml');
    this.#trunks = trunks;
  }

  /** Applies in this process, unhurt. */
  async fill(maxIn: number): Promise<void> {
    const store = await this.#open();
    await applyTenants(store, this.#textOf(maxIn), 'file.yaml', OPERATOR);
    await store.close();
  }

  /** Applies in a process of its own that kills itself when so many trunks are done: always at the same point. */
  killAt(maxIn: number, done: number): Promise<KilledApply> {
    return this.#kill(maxIn, 600_000, `if (done === ${done}) process.kill(process.pid, 'SIGKILL');`);
  }

  /** Applies in a process of its own that is killed so long after the work has begun. */
  kill(maxIn: number, afterMs: number): Promise<KilledApply> {
    return this.#kill(maxIn, afterMs, '');
  }

  async #kill(maxIn: number, afterMs: number, onProgress: string): Promise<KilledApply> {
    writeFileSync(this.#file, this.#textOf(maxIn));
    const child = spawn(process.execPath, ['--input-type=module', '-e', this.#program(onProgress)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const startMs = performance.now();
    const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
    await once(child, 'close');
    clearTimeout(timer);
    const tookMs = performance.now() - startMs;
    const store = await this.#open();
    const { rows } = await listTrunks(store, {}, EVERYTHING, null);
    await store.close();
    return { wasKilled: child.signalCode !== null, tookMs, ceilings: [...new Set(rows.map(({ maxIn }) => maxIn))] };
  }

  #open() {
    return openStore({ file: this.#database, secretKey: Buffer.alloc(32) });
  }

  #textOf(maxIn: number): string {
    const trunks = Array.from({ length: this.#trunks }, (_, n) => ({ name: `Trunk ${n}`, max_in: maxIn }));
    return textOf({ accounts: [{ name: 'Many', trunks }] });
  }

  /** Applies the file and ends; `.` is written when the work begins. */
  #program(onProgress: string): string {
    return `
      import { readFileSync } from 'node:fs';
      import { applyTenants, openStore } from ${FACE};
      const store = await openStore({ file: ${JSON.stringify(this.#database)}, secretKey: Buffer.alloc(32) });
      const text = readFileSync(${JSON.stringify(this.#file)}, 'utf8');
      process.stdout.write('.');
      await applyTenants(store, text, 'file.yaml', {
        visible: null, actor: 'test', resolveSecret: () => undefined, onProgress(done) { ${onProgress} },
      });
      await store.close();`;
  }
}
