import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';

const ROOT = join(import.meta.dirname, '../..');

/** What is put in the place of something in a published example: an address, or a slip of its author's. */
export type Changes = readonly (readonly [published: string, here: string])[];

/**
 * The code of one example as a package's README publishes it, found by the text above it. Every change must have
 * something to change, so that a new version of the README is noticed.
 */
export function publishedExample(packageName: string, above: string, changes: Changes): string {
  const text = readFileSync(join(ROOT, 'node_modules', packageName, 'README.md'), 'utf8');
  const at = text.indexOf(above);
  const code = at < 0 ? undefined : /```js\n([\s\S]*?)```/.exec(text.slice(at))?.[1];
  if (code === undefined) throw new Error(`${packageName} publishes no example under "${above}"`);
  return changes.reduce((changed, [published, here]) => {
    if (!changed.includes(published)) throw new Error(`the example "${above}" has no ${published}`);
    return changed.replace(published, here);
  }, code);
}

export interface RunningExample {
  /** Resolves with the first match in what it prints, past or future. */
  printed(wanted: RegExp): Promise<RegExpExecArray>;
}

/** Runs an example as a program of its own, as its reader would; it ends with the test. */
export function runExample(t: Test, code: string): RunningExample {
  const child = spawn(process.execPath, ['--input-type=commonjs', '-e', code], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk;
      for (const listener of listeners) listener();
    });
  }
  return {
    printed: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = wanted.exec(text);
          if (match !== null) resolve(match);
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`the example ended: ${text}`)));
      }),
  };
}
