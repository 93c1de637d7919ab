import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { settled } from '../sip-engine/control/call-testbed.ts';
import { inviteText, requestIn, responseTo, SDP } from '../sip-engine/control/call-text.ts';
import { udpPeer } from '../sip-engine/engine-test-peer.ts';
import { TestAuthority } from '../sip-engine/transport/testing-tls.ts';
import { freePort } from '../test-sip/support/ports.ts';
import { readEngineArguments } from './engine-arguments.ts';
import { startEngineCommand } from './engine-command.ts';
import { engineOptions } from './engine-settings.ts';

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
  // Without what the log may say of the machine that the test runs on, such as that its receive buffers are small.
  const errors = () => text.replaceAll(/^\{"level":"warn".*\n/gm, '');
  return { child, printed, errors };
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
    // The application listens for the end of the call once it knows that the 200 went out: what it answers now, it
    // answers after that. A BYE that came in one piece with that news would find nobody listening.
    caller.send(inviteText('doc1', caller.port, { method: 'OPTIONS' }));
    t.equal((await caller.next()).status, 200);
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
  // Not any port: the system may have given the same number to a UDP socket of somebody else, and UDP is bound first.
  const taken = createServer().listen(await freePort(), '127.0.0.1');
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

t.test(
  'TLS files that cannot be used, and options that mean nothing, end the start with one line and status 1',
  async (t) => {
    const authority = new TestAuthority();
    t.teardown(() => authority.remove());
    const [one, other] = [authority.issue('a', 'DNS:a.example'), authority.issue('b', 'DNS:b.example')];
    const junk = `${authority.directory}/junk.pem`;
    writeFileSync(junk, 'junk\n');
    const tls = (certFile: string, keyFile: string, ...more: string[]) => [
      ...['--sip-tls', '127.0.0.1:0', '--tls-cert', certFile, '--tls-key', keyFile],
      ...more,
    ];
    for (const [args, said] of [
      [tls('/nope', one.keyFile), /\/nope cannot be read \(ENOENT\)/],
      [tls(one.certFile, '/nope'), /\/nope cannot be read \(ENOENT\)/],
      [tls(junk, one.keyFile), /junk\.pem is no PEM certificate/],
      [tls(one.certFile, other.keyFile), /b\.key is not the key of .*a\.pem/],
      [tls(one.certFile, one.keyFile, '--tls-ca', '/nope'), /\/nope cannot be read \(ENOENT\)/],
      [tls(one.certFile, one.keyFile, '--tls-ca', junk), /junk\.pem is no PEM certificate/],
      [tls(one.certFile, one.keyFile, '--tls-domain', `x.example,${one.certFile},${junk}`), /is no PEM private key/],
      [['--app-ca', '/nope'], /\/nope cannot be read \(ENOENT\)/],
      [['--tls-cert', one.certFile], /--tls-cert and --tls-key need each other/],
      [['--tls-ca', authority.caFile], /--tls-domain and --tls-ca need --tls-cert/],
    ] as const) {
      const argv = ['--sip', '127.0.0.1:0', '--app', '127.0.0.1:0', '--secret', 's', ...args];
      await t.rejects(startEngineCommand(argv), said, args.join(' '));
    }
    const argv = ['--sip', '127.0.0.1:0', '--app', '127.0.0.1:0', '--secret', 's', ...tls(junk, one.keyFile)];
    const engine = run(t, runCommand(argv));
    const [status] = await once(engine.child, 'close');
    t.equal(status, 1);
    t.match(engine.errors(), /^didfarm engine: .*\n$/);
  },
);

t.test('arguments that mean nothing are refused, and one transport of any kind is enough', (t) => {
  const read = (...args: string[]) => readEngineArguments(['--app', '127.0.0.1:0', ...args]);
  const written = process.stderr.write;
  let errors = '';
  process.stderr.write = (text) => {
    errors += text;
    return true;
  };
  t.teardown(() => {
    process.stderr.write = written;
  });
  for (const [args, said] of [
    [['--sip', '127.0.0.1:0', '--secret', 'a|b'], /--secret must not be empty, nor hold "\|"/],
    [['--sip', '127.0.0.1:0', '--secret', 's', '--external', 'not_a_host!!'], /an address or a host name/],
    [['--sip', '127.0.0.1:0', '--secret', 's', '--t1', '99999999999'], /10 to 60000/],
    [['--secret', 's'], /one of --sip, --sip-tls, --sip-ws and --sip-wss is needed/],
  ] as const) {
    errors = '';
    t.throws(() => read(...args));
    t.match(errors, said);
    t.notMatch(errors, /a\|b/, 'a secret is not repeated');
  }
  const options = read('--secret', 's', '--sip-ws', '127.0.0.1:5080', '--external', 'sip.example.com');
  t.strictSame(engineOptions(options).listen, [
    { transport: 'ws', host: '127.0.0.1', port: 5080, externalHost: 'sip.example.com' },
  ]);
  t.end();
});

t.test('--help names every option in its section, and docs/engine.md has a row for each', async (t) => {
  const engine = run(t, runCommand(['--help']));
  const shown = await engine.printed(/Usage: [\s\S]*--help +this text\n$/);
  const [status] = await once(engine.child, 'close');
  t.equal(status, 0);
  const help = shown[0];
  for (const heading of ['Where SIP is spoken:', 'Applications:', 'TLS:', 'SIP behaviour:'])
    t.ok(help.includes(heading));
  const docs = readFileSync(`${ROOT}/docs/engine.md`, 'utf8');
  const options = [...help.matchAll(/^ +(?:-h, )?(--[a-z0-9-]+)/gm)].map((match) => match[1] ?? '');
  t.ok(options.length > 35);
  for (const option of options) t.match(docs, new RegExp(`^\\| .*\`${option}\\b`, 'm'), option);
});

t.test('every option reaches the engine', (t) => {
  const required = ['--sip', '127.0.0.1:5060', '--app', '127.0.0.1:9022', '--secret', 's'];
  const settings = (...args: string[]) => engineOptions(readEngineArguments([...required, ...args]));
  for (const [args, expected] of [
    [[], { natDetection: 'on', sessionRefresher: 'none', orphan: 'keep', alwaysRinging: false, cdrs: false }],
    [['--external', '203.0.113.9'], { listen: [{ externalHost: '203.0.113.9' }, { transport: 'tcp' }] }],
    [['--local-net', '10.0.0.0/8', '--local-net', 'fd00::/8'], { localNetworks: ['10.0.0.0/8', 'fd00::/8'] }],
    [['--own-name', 'sip.example'], { ownNames: ['sip.example'] }],
    [['--t1', '50', '--t2', '400', '--t4', '500', '--timer-c', '9000'], { timers: { t1Ms: 50, t2Ms: 400, cMs: 9000 } }],
    [['--mtu', '1400'], { udpMtuBytes: 1400 }],
    [['--outbound-proxy', '10.0.0.1:5070'], { outboundProxy: 'sip:10.0.0.1:5070' }],
    [['--user-agent', 'x/1'], { agent: 'x/1' }],
    [['--always-send-180'], { alwaysRinging: true }],
    [['--session-refresher', 'uas'], { sessionRefresher: 'uas' }],
    [['--disable-nat-detection'], { natDetection: 'off' }],
    [['--aggressive-nat-detection'], { natDetection: 'aggressive' }],
    [['--merged-requests', 'deliver'], { mergedRequests: 'deliver' }],
    [['--max-consecutive-timeouts', '3'], { maxConsecutiveTimeouts: 3 }],
    [['--answer-options'], { answerOptions: true }],
    [['--user-agent-options-auto-respond', 'w d'], { answerOptionsOf: 'w d' }],
    [['--reject-register-with-no-realm'], { refuseRegisterWithoutDomain: true }],
    [
      ['--spammer', 'User-Agent=sipcli', '--spammer', 'to=100', '--spammer-action', 'discard'],
      { unwanted: { action: 'discard', texts: [{ header: 'user-agent', text: 'sipcli' }, { header: 'to' }] } },
    ],
    [
      ['--http-handler', 'invite=http://h/calls', '--http-handler', 'tcp://h:9023', '--http-method', 'POST'],
      {
        outboundApps: {
          secret: 's',
          httpMethod: 'POST',
          handlers: [
            { method: 'invite', url: 'http://h/calls' },
            { method: '*', url: 'tcp://h:9023' },
          ],
        },
      },
    ],
    [
      ['--sip-tls', '[::1]:5061', '--tls-cert', 'c', '--tls-key', 'k', '--tls-domain', 'a.example,ac,ak'],
      {
        listen: [{}, {}, { transport: 'tls', host: '::1', port: 5061 }],
        tls: { certFile: 'c', keyFile: 'k', domains: [{ name: 'a.example' }], minVersion: 'TLSv1.2' },
      },
    ],
    [
      ['--tls-cert', 'c', '--tls-key', 'k', '--min-tls-version', '1.3', '--tls-client-certificates', 'require'],
      { tls: { minVersion: 'TLSv1.3', clientCertificates: 'require' } },
    ],
  ] as const) {
    t.match(settings(...args), expected, args.join(' '));
  }
  t.throws(() => settings('--disable-nat-detection', '--aggressive-nat-detection'), /exclude each other/);
  t.end();
});
