import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test as TapTest } from 'tap';
import { CARRIER, callUp } from './support/call.ts';
import { carrierCalls, Pbx } from './support/pbx.ts';
import { freePort } from './support/ports.ts';
import { OWN_PROCESS, startProduct } from './support/product.ts';
import { untilStored } from './support/stored.ts';
import { type Test, tempDir } from './support/temp-dir.ts';
import { UserAgent } from './support/user-agent.ts';
import { until } from './support/wait.ts';

const ROOT = join(import.meta.dirname, '..');

interface FailedStart {
  readonly code: number;
  readonly stderr: string;
}

/** Starts the product with something wrong and gives what a person sees. */
async function failStart(
  t: Test,
  env: Readonly<Record<string, string>>,
  prefix: readonly string[] = [],
): Promise<FailedStart> {
  const base = {
    DIDFARM_DATA_DIR: tempDir(t),
    DIDFARM_SIP_HOST: '127.0.0.1',
    DIDFARM_SIP_PORT: String(await freePort()),
    DIDFARM_HTTP_PORT: String(await freePort()),
    DIDFARM_METRICS_PORT: String(await freePort()),
  };
  const args = [...OWN_PROCESS, ...prefix, process.execPath, join(ROOT, 'server.ts')];
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: { ...process.env, ...base, ...env }, timeout: 90_000 };
    execFile('env', args, options, (error, _stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stderr }));
  });
}

/** One line that says it, a code that is not 0, and nothing that only a programmer reads. */
function isClear(t: TapTest, { code, stderr }: FailedStart, pattern: RegExp): void {
  t.equal(code, 1);
  t.match(stderr, pattern);
  t.notMatch(stderr, /^\s+at |node:internal|Error:/m);
}

t.test('a port in use is one line that names it', async (t) => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  const { port } = socket.address();
  isClear(
    t,
    await failStart(t, { DIDFARM_SIP_PORT: String(port) }),
    new RegExp(`didfarm: .*127\\.0\\.0\\.1:${port}.*in use`),
  );
});

t.test(
  'a first start that fails has made nothing: the next one prints the credentials and the port it has',
  async (t) => {
    const dataDir = tempDir(t);
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const taken = String(socket.address().port);
    t.equal((await failStart(t, { DIDFARM_DATA_DIR: dataDir, DIDFARM_SIP_PORT: taken })).code, 1);
    socket.close();
    const product = await startProduct(t, { DIDFARM_DATA_DIR: dataDir });
    t.match(product.output(), product.trunk('Acme Corp').password);
    t.equal(product.demo.sip.port, product.sipPort);
  },
);

t.test('an HTTP port in use, likewise', async (t) => {
  const product = await startProduct(t);
  const failed = await failStart(t, { DIDFARM_HTTP_PORT: String(product.httpPort) });
  isClear(t, failed, new RegExp(`didfarm: .*127\\.0\\.0\\.1:${product.httpPort}.*in use`));
});

t.test('a malformed file lists every fault with its place', async (t) => {
  const file = join(tempDir(t), 'didfarm.yaml');
  writeFileSync(file, 'sip:\n  prot: 5060\n  t1_ms: fast\n');
  const failed = await failStart(t, { DIDFARM_CONFIG: file });
  isClear(t, failed, /sip\.prot: is not a setting, did you mean "sip\.port"\?/);
  t.match(failed.stderr, /sip\.t1_ms: "fast" is not allowed, expected a whole number/);
  writeFileSync(file, 'sip: [\n');
  isClear(t, await failStart(t, { DIDFARM_CONFIG: file }), /line \d+: /);
});

t.test('a data directory that cannot be written is one line', async (t) => {
  const dir = join(tempDir(t), 'data');
  mkdirSync(dir);
  chmodSync(dir, 0o500);
  chmodSync(join(dir, '..'), 0o755);
  // Root may write anywhere, so the product runs as somebody who may not.
  const prefix = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  isClear(
    t,
    await failStart(t, { DIDFARM_DATA_DIR: dir }, prefix),
    /didfarm: The data directory .* cannot be written \(EACCES\)/,
  );
});

t.test('a second server on the same data directory is refused', async (t) => {
  const product = await startProduct(t);
  const failed = await failStart(t, { DIDFARM_DATA_DIR: product.dataDir });
  isClear(t, failed, /didfarm: .* is in use by another didfarm process/);
});

t.test('an unreachable drachtio-server is one line', async (t) => {
  const port = String(await freePort());
  const failed = await failStart(t, { SIP_ENGINE: 'drachtio', DRACHTIO_HOST: '127.0.0.1', DRACHTIO_PORT: port });
  isClear(
    t,
    failed,
    new RegExp(`didfarm: drachtio-server at 127\\.0\\.0\\.1:${port} cannot be reached \\(ECONNREFUSED\\)`),
  );
});

t.test('SIGTERM lets a call end, refuses new ones, and exits 0', async (t) => {
  const product = await startProduct(t);
  const acme = product.trunk('Acme Corp');
  const [did = ''] = acme.dids;
  const server = { transport: 'udp', host: '127.0.0.1', port: product.sipPort } as const;
  const pbx = await UserAgent.open(t, server, acme);
  t.equal((await pbx.register()).answer.status, 200);
  const carrier = await UserAgent.open(t, { ...server, localAddress: '127.0.0.2' }, CARRIER);
  const { caller, callee } = await callUp(carrier, `sip:${did}@127.0.0.1:${server.port}`, pbx, pbx.contactUri);
  const stopped = product.stop();
  await until('it drains', () => product.log().some((line) => line.msg === 'stopping'));
  const refused = await carrierCalls(t, product, 'carrier-calls-expect-refused', did, { status: '503' });
  t.equal(refused.code, 0, refused.errors);
  t.match(refused.messages, /Retry-After: \d+/);
  const [ended] = await Promise.all([caller.hangUp(), callee.acceptHangUp()]);
  t.equal(ended.status, 200);
  t.strictSame(await stopped, { code: 0, signal: null });
});

t.test('after kill -9 tenants and registrations are there, and the PBX is called at once', async (t) => {
  const product = await startProduct(t);
  const acme = product.trunk('Acme Corp');
  const [did = ''] = acme.dids;
  const pbx = await Pbx.at(product, acme);
  t.equal((await pbx.register(t)).code, 0);
  const trunks = await product.api('GET', '/portal/sip-trunks');
  await untilStored(product, acme);
  await product.stop('SIGKILL');
  const again = await startProduct(t, product.env);
  t.equal(again.trunk('Acme Corp').password, acme.password, 'the demo world is the same');
  const before = trunks.body as { data: { uuid: string }[] };
  const after = (await again.api('GET', '/portal/sip-trunks')).body as typeof before;
  t.strictSame(
    after.data.map((trunk) => trunk.uuid),
    before.data.map((trunk) => trunk.uuid),
  );
  // It answers OPTIONS too: what was restored is probed at once.
  const socket = { transport: 'udp', host: '127.0.0.1', port: again.sipPort, localPort: pbx.localPort } as const;
  const callee = await UserAgent.open(t, socket, acme);
  const call = carrierCalls(t, again, 'carrier-calls-expect-refused', did, { status: '486' });
  callee.respond(await callee.next('INVITE'), 486);
  t.equal((await call).code, 0, (await call).errors);
  const anew = await Pbx.at(again, acme);
  t.equal((await anew.register(t)).code, 0);
});
