import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import t, { type Test } from 'tap';
import { answerChallenge } from '../auth/index.ts';
import {
  createEngine,
  createNullCounters,
  createNullLogger,
  createSystemClock,
  createSystemRandom,
  type SipEngine,
} from '../sip-engine/index.ts';
import { accountRecord, Directory, directoryDelta } from '../tenancy/index.ts';
import { AUTH, digestTrunk, REALM, REGISTRATION } from './fixtures.ts';
import { bindDirect, createRegistration, type Registration } from './index.ts';

interface Server extends Registration {
  readonly engine: SipEngine;
  readonly port: number;
  readonly states: string[];
}

async function startServer(t: Test, transport: 'udp' | 'tcp'): Promise<Server> {
  const directory = new Directory();
  directory.apply(directoryDelta({ accounts: [accountRecord({ id: 1 })], trunks: [digestTrunk({ id: 7 })] }));
  const clock = createSystemClock();
  const ports = { clock, counters: createNullCounters(), logger: createNullLogger(), random: createSystemRandom() };
  const engine = createEngine({ listen: [{ transport, host: '127.0.0.1', port: 0 }] }, ports);
  const states: string[] = [];
  const registration = createRegistration({
    directory,
    nowMs: () => clock.wallMs(),
    random: () => 0,
    registration: { ...REGISTRATION, flapDampingSec: 0 },
    engine: {
      send: (request, done) => engine.send(request, done),
      isFlowOpen: (flowId) => engine.isFlowOpen(flowId),
      holdFlow: (flowId) => engine.holdFlow(flowId),
      releaseFlow: (flowId) => engine.releaseFlow(flowId),
    },
    events: {
      binding: () => undefined,
      trunkState: (change) => states.push(`${change.state} ${change.cause}`),
      registerFailure: () => undefined,
      count: () => undefined,
    },
    auth: {
      config: AUTH,
      nonceSecret: 'secret',
      startEpoch: 1,
      rateLimits: true,
      defaultRealm: undefined,
      ownNames: [],
      scanners: ['friendly-scanner'],
      emitBan: () => undefined,
    },
  });
  engine.onRequest(
    'REGISTER',
    bindDirect((request) => registration.registrar.handle(request)),
  );
  engine.setChallenger((host, source) => registration.registrar.challenge(host, source));
  engine.onFlowClosed((flowId) => registration.registrar.flowClosed(flowId));
  engine.setPreFilter(registration.auth.preFilter);
  const [point] = await engine.start();
  const ticking = setInterval(() => registration.registrar.tick(), 100);
  t.teardown(async () => {
    clearInterval(ticking);
    await engine.close();
  });
  return { ...registration, engine, port: point?.port ?? 0, states };
}

function registerText(transport: string, port: number, cseq: number, authorization?: string): string {
  const lines = [
    `REGISTER sip:${REALM} SIP/2.0`,
    `Via: SIP/2.0/${transport.toUpperCase()} 127.0.0.1:${port};branch=z9hG4bK${cseq};rport`,
    `From: <sip:acme@${REALM}>;tag=a`,
    `To: <sip:acme@${REALM}>`,
    'Call-ID: real-1',
    `CSeq: ${cseq} REGISTER`,
    'Max-Forwards: 70',
    `Contact: <sip:acme@10.9.9.9:${port};line=k7>;expires=120`,
    ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
    'Content-Length: 0',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Registers over whatever sends a text and gives the next answer. */
async function registerBy(
  transport: string,
  port: number,
  exchange: (text: string) => Promise<string>,
): Promise<string> {
  const challenged = await exchange(registerText(transport, port, 1));
  const challenge = /^WWW-Authenticate:.*$/im.exec(challenged)?.[0] ?? '';
  const answer = { challenge, username: 'acme', password: 'secret', method: 'REGISTER', uri: `sip:${REALM}` };
  return exchange(registerText(transport, port, 2, answerChallenge(answer)));
}

function udpExchange(socket: Socket, port: number): (text: string) => Promise<string> {
  return async (text) => {
    const answered = once(socket, 'message');
    socket.send(text, port, '127.0.0.1');
    return String((await answered)[0]);
  };
}

t.test('over UDP: challenged, registered, probed through the flow, and alive', async (t) => {
  const server = await startServer(t, 'udp');
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  t.teardown(() => socket.close());
  await once(socket, 'listening');
  const answer = await registerBy('udp', socket.address().port, udpExchange(socket, server.port));
  t.match(answer, /^SIP\/2\.0 200 /);
  t.match(
    answer,
    new RegExp(`^Contact: <sip:acme@10\\.9\\.9\\.9:${socket.address().port};line=k7>;expires=120\r$`, 'm'),
  );
  // Each that comes is answered: an answer that comes after the time of its probe counts for nothing.
  socket.on('message', (probe) => {
    t.match(String(probe), /^OPTIONS sip:acme@10\.9\.9\.9:\d+;line=k7 SIP\/2\.0/);
    const copied = String(probe)
      .split('\r\n')
      .filter((line) => /^(via|from|to|call-id|cseq):/i.test(line));
    const text = `SIP/2.0 404 Not Found\r\n${copied.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`;
    socket.send(text, server.port, '127.0.0.1');
  });
  while (server.registrar.bindingsOf(7)[0]?.liveness !== 'alive') await new Promise((done) => setImmediate(done));
  t.strictSame(server.states, ['registered null']);
});

t.test('over TCP: registered, and offline with flow_closed as soon as the connection is gone', async (t) => {
  const server = await startServer(t, 'tcp');
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  const { port } = socket.address() as AddressInfo;
  const answer = await registerBy('tcp', port, async (text) => {
    socket.write(text);
    return String((await once(socket, 'data'))[0]);
  });
  t.match(answer, /^SIP\/2\.0 200 /);
  t.equal(server.registrar.registrationOf(7).state, 'registered');
  socket.destroy();
  while (server.registrar.registrationOf(7).state === 'registered') await new Promise((done) => setImmediate(done));
  t.strictSame(server.states, ['registered null', 'offline flow_closed']);
});
