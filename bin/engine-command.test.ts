import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { settled } from '../sip-engine/control/call-testbed.ts';
import { inviteText, requestIn, responseTo, SDP } from '../sip-engine/control/call-text.ts';
import { udpPeer } from '../sip-engine/engine-test-peer.ts';
import { startEngineCommand } from './engine-command.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMMAND = fileURLToPath(new URL('engine-command.ts', import.meta.url));

/** The application that docs/engine.md shows, on other ports. */
function documentedApp(appPort: number, calleePort: number): string {
  const code = /```js\n([\s\S]*?)```/.exec(readFileSync(`${ROOT}/docs/engine.md`, 'utf8'))?.[1] ?? '';
  if (!code.includes('9022') || !code.includes('5080')) throw new Error('docs/engine.md has no application');
  return code.replace('9022', String(appPort)).replace('5080', String(calleePort));
}

function run(t: Test, args: readonly string[]) {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const printed = (wanted: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      let out = '';
      child.stdout.on('data', (chunk) => {
        out += chunk;
        const match = wanted.exec(out);
        if (match !== null) resolve(match);
      });
      child.once('close', () => reject(new Error(`ended: ${out}${text}`)));
    });
  return { child, printed, errors: () => text };
}

const runCommand = (args: readonly string[]): readonly string[] => [
  '--input-type=module',
  '-e',
  `const { runEngineCommand } = await import(${JSON.stringify(COMMAND)});
   process.exitCode = await runEngineCommand(${JSON.stringify(args)});`,
];

t.test(
  'the application of docs/engine.md runs on the engine: options, a bridged call, both ends hang up',
  async (t) => {
    const args = ['--sip', '127.0.0.1:0', '--app', '127.0.0.1:0', '--secret', 'cymru'];
    const { engine, appPort, close } = await startEngineCommand(args);
    t.teardown(close);
    const udpPort = engine.listenPoints.find(({ transport }) => transport === 'udp')?.port ?? 0;
    const caller = await udpPeer(t, udpPort);
    const callee = await udpPeer(t, udpPort);
    const app = run(t, ['--input-type=module', '-e', documentedApp(appPort, callee.port)]);
    await app.printed(/connected: udp\/127\.0\.0\.1:\d+,tcp/);
    caller.send(inviteText('doc0', caller.port, { method: 'OPTIONS' }));
    t.equal((await caller.next()).status, 200);
    caller.send(inviteText('doc', caller.port));
    const invite = await callee.next();
    t.equal(invite.body.toString(), SDP);
    callee.send(responseTo(invite, 200, { tag: 'b', contact: `<sip:bob@127.0.0.1:${callee.port}>`, body: SDP }));
    t.equal((await callee.next()).method, 'ACK');
    t.equal((await caller.next()).status, 100);
    const ok = await caller.next();
    t.equal(ok.status, 200);
    caller.send(requestIn(ok, 'ACK', 1));
    caller.send(requestIn(ok, 'BYE', 2));
    const bye = await callee.next();
    t.equal(bye.method, 'BYE');
    callee.send(responseTo(bye, 200));
    t.equal((await caller.next()).status, 200);
    await settled(callee);
    t.equal(engine.stats.dialogs, 0);
  },
);

t.test('the command says where it listens, and ends with 0 on SIGTERM', async (t) => {
  const engine = run(t, runCommand(['--sip', '127.0.0.1:0', '--app', '127.0.0.1:0', '--secret', 's']));
  await engine.printed(/^listening: sip udp\/127\.0\.0\.1:\d+ tcp\/127\.0\.0\.1:\d+ app tcp\/127\.0\.0\.1:\d+\n$/);
  engine.child.kill('SIGTERM');
  const [status] = await once(engine.child, 'close');
  t.equal(status, 0);
});

t.test('a missing option, a bad address and a taken port each give one line and status 1', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  for (const [args, said] of [
    [['--sip', '127.0.0.1:0', '--app', '127.0.0.1:0'], /^error: required option '--secret <secret>' not specified\n$/],
    [['--sip', 'example.com:5060', '--app', '127.0.0.1:0', '--secret', 's'], /^error: .*expected IP:PORT.*\n$/],
    [
      ['--sip', '127.0.0.1:0', '--app', `127.0.0.1:${port}`, '--secret', 's'],
      /^didfarm engine: cannot listen for apps on 127\.0\.0\.1:\d+: EADDRINUSE\n$/,
    ],
    [
      ['--sip', `127.0.0.1:${port}`, '--app', '127.0.0.1:0', '--secret', 's'],
      /^didfarm engine: cannot listen on tcp\/127\.0\.0\.1:\d+: EADDRINUSE\n$/,
    ],
    [
      ['--sip', '127.0.0.1:0', '--sip-tls', '127.0.0.1:0', '--app', '127.0.0.1:0', '--secret', 's'],
      /need --tls-cert and --tls-key\n$/,
    ],
  ] as const) {
    const engine = run(t, runCommand(args));
    const [status] = await once(engine.child, 'close');
    t.equal(status, 1);
    t.match(engine.errors(), said);
  }
});
