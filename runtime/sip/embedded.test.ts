import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { loadConfig } from '../../config/index.ts';
import {
  createNullCounters,
  createNullLogger,
  createSystemClock,
  createSystemRandom,
  type EngineResult,
} from '../../sip-engine/index.ts';
import { carrierRecord, Directory, directoryDelta } from '../../tenancy/index.ts';
import { createEmbeddedEngine } from './embedded.ts';

/** Answers every request with 200. */
async function willingPeer(t: Test, address: string, port = 0): Promise<number> {
  const socket = createSocket('udp4').bind(port, address);
  t.teardown(() => socket.close());
  await once(socket, 'listening');
  socket.on('message', (bytes, from) => {
    socket.send(bytes.toString().replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n'), from.port, from.address);
  });
  return socket.address().port;
}

async function engineWith(t: Test, targets: string, carrierPort: number) {
  const { config } = loadConfig({
    DIDFARM_SIP_HOST: '127.0.0.1',
    DIDFARM_SIP_PORT: '0',
    DIDFARM_TARGET_ALLOW: targets,
  });
  const directory = new Directory();
  const gateways = [{ host: '127.0.0.1', port: carrierPort, transport: 'udp', priority: 1, weight: 1 }] as const;
  directory.apply(directoryDelta({ carriers: [carrierRecord({ id: 1, sources: ['127.0.0.1'], gateways })] }));
  const ports = { clock: createSystemClock(), random: createSystemRandom(), logger: createNullLogger() };
  const engine = createEmbeddedEngine(config, { ...ports, counters: createNullCounters() }, directory);
  t.teardown(() => engine.close());
  await engine.start();
  return (host: string, guard?: 'new' | 'dialog') =>
    new Promise<EngineResult>((resolve) => {
      engine.send({ method: 'OPTIONS', uri: `sip:${host}:${carrierPort}`, ...(guard && { guard }) }, resolve);
    });
}

t.test('what tenants write leads the engine neither into private networks nor to carriers', async (t) => {
  const port = await willingPeer(t, '127.0.0.1');
  await willingPeer(t, '127.0.0.9', port);
  const nowhere = { kind: 'failed', reason: 'no_target' };
  const answered = { kind: 'response', status: 200 };
  const open = await engineWith(t, '127.0.0.0/8', port);
  t.match(await open('localhost', 'new'), nowhere, 'a gateway is no target, however it is named');
  t.match(await open('127.0.0.9', 'new'), answered, 'what the operator allows is tried');
  const shut = await engineWith(t, '10.0.0.0/8', port);
  t.match(await shut('127.0.0.9', 'new'), nowhere);
  t.match(await shut('127.0.0.9', 'dialog'), nowhere);
  t.match(await shut('127.0.0.1', 'dialog'), answered, 'in a call of a carrier its address is the way');
  t.match(await shut('127.0.0.9'), answered, 'and the operator’s own word goes anywhere');
});
