import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { tempDir } from '../test-sip/support/temp-dir.ts';

const run = promisify(execFile);

/** A folder, outside of this checkout and its modules, with the launcher, a program that tells who runs it, and perhaps a Node that came with the package. */
function checkout(folder: string, hasPackagedNode: boolean): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  copyFileSync(join(import.meta.dirname, 'didfarm.js'), join(bin, 'didfarm.js'));
  writeFileSync(
    join(bin, 'didfarm.ts'),
    `const told: object = { by: process.env.RUN_BY ?? 'own', args: process.argv.slice(2) };
    console.log(JSON.stringify(told));
    process.exitCode = 7;`,
  );
  if (!hasPackagedNode) return bin;
  const packaged = join(folder, 'node_modules', `node-${process.platform}-${process.arch}`);
  mkdirSync(join(packaged, 'bin'), { recursive: true });
  writeFileSync(join(packaged, 'package.json'), '{"name":"node-packaged","version":"24.0.0"}');
  const script = `#!/bin/sh\nRUN_BY=packaged exec '${process.execPath}' "$@"\n`;
  writeFileSync(join(packaged, 'bin', 'node'), script, { mode: 0o755 });
  return bin;
}

/** Runs the launcher on a Node that says it is of that version. */
async function launch(bin: string, version: string) {
  const claim = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  const preload = `data:text/javascript,${encodeURIComponent(claim)}`;
  const args = ['--import', preload, join(bin, 'didfarm.js'), 'trunks', 'list'];
  const { PATH } = process.env;
  const ended = await run(process.execPath, args, { env: { PATH } }).catch((error: unknown) => error);
  return ended as { readonly code?: number; readonly stdout: string; readonly stderr: string };
}

t.test('on a Node that runs no TypeScript the packaged one takes over, with arguments and exit code', async (t) => {
  const bin = checkout(tempDir(t), true);
  for (const version of ['20.20.2', '22.17.1', '21.7.3']) {
    const { code, stdout } = await launch(bin, version);
    t.same([JSON.parse(stdout), code], [{ by: 'packaged', args: ['trunks', 'list'] }, 7], version);
  }
});

t.test('a Node that runs TypeScript is used as it is', async (t) => {
  const bin = checkout(tempDir(t), true);
  for (const version of ['22.18.0', '24.21.0', '25.0.0']) {
    const { stdout } = await launch(bin, version);
    t.same(JSON.parse(stdout), { by: 'own', args: ['trunks', 'list'] }, version);
  }
});

t.test('without a packaged Node one line says what to install', async (t) => {
  const { code, stdout, stderr } = await launch(checkout(tempDir(t), false), '20.20.2');
  t.same([code, stdout], [1, '']);
  t.equal(stderr, 'didfarm: needs Node 22.18 or newer (this is 20.20.2): install Node 24 from nodejs.org\n');
});
