import {
  createEngine,
  createNullCounters,
  createNullLogger,
  createSystemClock,
  createSystemRandom,
} from '../../sip-engine/index.ts';

/** The engine alone: two methods on the direct lane, all else to an application over the control port. */
const engine = createEngine(
  { listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }] },
  {
    clock: createSystemClock(),
    random: createSystemRandom(),
    counters: createNullCounters(),
    logger: createNullLogger(),
  },
);
/** What a registrar reads of a REGISTER. */
const READ = ['via', 'from', 'to', 'call-id', 'cseq', 'contact', 'expires', 'authorization'];

engine.onRequest('OPTIONS', () => ({ status: 200, lines: [] }));
engine.onRequest('REGISTER', ({ message }) => {
  for (const name of READ) if (message.header(name) === undefined) return { status: 400, lines: [] };
  return { status: 200, lines: [`Contact: ${message.header('contact')}`] };
});
const [point] = await engine.start();
const { port } = await engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'bench' });
console.log(JSON.stringify({ sip: point?.port ?? 0, app: port }));
process.once('SIGTERM', () => process.exit(0));
