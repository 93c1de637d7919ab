import type { Server } from 'node:net';
import Srf from 'drachtio-srf';
import t, { type Test } from 'tap';
import {
  createEngine,
  createNullCounters,
  createNullLogger,
  createSystemClock,
  createSystemRandom,
  type SipEngine,
} from '../../sip-engine/index.ts';
import { type Authority, createAuthority } from '../support/certificate.ts';
import type { ClientTransport } from '../support/sip-socket.ts';
import { UserAgent } from '../support/user-agent.ts';

/** What both devices say that they are reached at. */
const CONTACT = 'sip:s@phone.invalid';
const TRANSPORTS = ['udp', 'tcp', 'ws', 'tls'] as const;

/** What this test uses of drachtio-srf; its own types lack the verbs and `server`. */
interface App {
  listen(options: { readonly server: Server; readonly secret: string }): unknown;
  on(event: string, listener: () => void): void;
  register(handler: (req: RegisterRequest, res: RegisterResponse) => void): void;
  request(
    uri: string,
    options: object,
    callback: (
      error: unknown,
      request?: { on(event: 'response', listener: (answer: { readonly status: number }) => void): void },
    ) => void,
  ): void;
}

interface RegisterRequest {
  readonly sessionToken: string;
  get(name: string): string;
}

interface RegisterResponse {
  send(status: number, options: object): void;
}

/** A device and the application that took its registration. */
interface Registered {
  readonly app: App;
  readonly flowId: string;
  /** Subjects of the requests that have reached the device. */
  readonly heard: string[];
}

async function startEngine(t: Test, { certFile, keyFile }: Authority): Promise<SipEngine> {
  const engine = createEngine(
    {
      listen: TRANSPORTS.map((transport) => ({ transport, host: '127.0.0.1', port: 0 })),
      tls: { certFile, keyFile },
    },
    {
      clock: createSystemClock(),
      random: createSystemRandom(),
      counters: createNullCounters(),
      logger: createNullLogger(),
    },
    { createResolve: () => (_uri, done) => done(new Error('nobody is found by name')) },
  );
  t.teardown(() => engine.close());
  await engine.start();
  return engine;
}

/** Two devices over these transports, each registered with an application of its own, both with the same Contact. */
async function registerTwo(t: Test, transports: readonly ClientTransport[]): Promise<readonly Registered[]> {
  const authority = createAuthority(t);
  const engine = await startEngine(t, authority);
  const registrations = new Map<string, { readonly app: App; readonly flowId: string }>();
  for (const secret of ['first', 'second']) {
    const app = new Srf() as unknown as App;
    app.on('error', () => undefined);
    app.register((req, res) => {
      registrations.set(req.get('call-id'), { app, flowId: req.sessionToken });
      res.send(200, { headers: { Contact: `<${CONTACT}>;expires=60` } });
    });
    app.listen({ server: engine.attachApp({ secret, methods: ['register'] }), secret });
  }
  const devices: Registered[] = [];
  for (const transport of transports) {
    const port = engine.listenPoints.find((point) => point.transport === transport)?.port ?? 0;
    const identity = { username: 's', realm: 'phone.invalid', password: '' };
    const options = { transport, host: '127.0.0.1', port, ca: authority.ca };
    const agent = await UserAgent.open(t, options, identity);
    const heard: string[] = [];
    agent.isHeard = (message) => {
      if (message.isRequest) heard.push(message.header('subject') ?? '');
      return true;
    };
    const answer = await agent.request('REGISTER', { headers: [['contact', `<${CONTACT}>`]] });
    t.equal(answer.status, 200);
    const registered = registrations.get(agent.callId);
    if (registered === undefined) throw new Error('no application has seen it');
    devices.push({ ...registered, heard });
  }
  t.not(devices[0]?.app, devices[1]?.app, 'each has an application of its own');
  return devices;
}

/** Sends OPTIONS to the Contact; resolves with the final status, 0 when the engine did not send it at all. */
function ask(app: App, subject: string, proxy: object): Promise<number> {
  return new Promise((resolve) => {
    app.request(CONTACT, { method: 'OPTIONS', headers: { Subject: subject }, ...proxy }, (error, request) => {
      if (request === undefined || error) resolve(0);
      else request.on('response', ({ status }) => status >= 200 && resolve(status));
    });
  });
}

for (const transports of [
  ['udp', 'tcp'],
  ['tcp', 'tcp'],
  ['ws', 'tls'],
] as const) {
  t.test(`identical Contacts over ${transports.join(' and ')} never get each other's requests`, async (t) => {
    const [first, second] = await registerTwo(t, transports);
    if (first === undefined || second === undefined) throw new Error('two were registered');
    for (const [name, { app, flowId }] of [
      ['first', first],
      ['second', second],
    ] as const) {
      t.equal(await ask(app, `for ${name}`, { proxy: `sip:127.0.0.1;flow=${encodeURIComponent(flowId)}` }), 200);
      t.not(await ask(app, `for ${name}, anywhere`, {}), 200, 'without a flow neither connection is guessed');
    }
    t.strictSame([first.heard, second.heard], [['for first'], ['for second']]);
  });
}
