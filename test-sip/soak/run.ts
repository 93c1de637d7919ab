import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** `npm run soak [name…]`: what takes too long for every change, one after the other; exit 1 when one fails. */
const all = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.soak.ts'))
  .map((file) => file.replace('.soak.ts', ''));
const names = process.argv.slice(2);
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`soak: there is no ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(1);
}

/** Many begin the same processes again and again. */
const COMPILED = join(import.meta.dirname, '../../node_modules/.cache/didfarm');

function run(name: string): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.soak.ts`)], {
    stdio: 'inherit',
    env: { TAP_TIMEOUT: '3600', NODE_COMPILE_CACHE: COMPILED, ...process.env },
  });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

const failed: string[] = [];
for (const name of names.length > 0 ? names : all) {
  console.log(`# soak: ${name}`);
  if ((await run(name)) !== 0) failed.push(name);
}
if (failed.length > 0) console.error(`soak: failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
