import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { type NatOptions, startNat } from './nat.ts';

async function openUdp(t: Test): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return socket;
}

/** A host inside, two servers outside that tell the port they see. */
async function setUp(t: Test, options: Pick<NatOptions, 'kind' | 'lifetimeMs' | 'nowMs'>) {
  const servers = [await openUdp(t), await openUdp(t)];
  for (const server of servers) {
    server.on('message', (_, from) => server.send(`${from.address}:${from.port}`, from.port, from.address));
  }
  const addresses = servers.map((server) => ({ host: '127.0.0.1', port: server.address().port }));
  const nat = await startNat({ ...options, servers: addresses, outside: '127.0.0.5', seed: 3 });
  t.teardown(() => nat.close());
  const host = await openUdp(t);
  const ask = async (server: number) => {
    const answer = once(host, 'message');
    host.send('who am I', nat.inner(server).port, nat.inner(server).host);
    return String((await answer)[0]);
  };
  return { nat, host, servers, ask };
}

t.test('a port-restricted NAT shows one port to all, a symmetric one a port to each', async (t) => {
  for (const kind of ['port_restricted', 'symmetric'] as const) {
    const { nat, ask } = await setUp(t, { kind });
    const seen = [await ask(0), await ask(1), await ask(0)];
    t.match(seen[0], /^127\.0\.0\.5:\d+$/);
    t.equal(seen[0], seen[2]);
    t.equal(seen[0] === seen[1], kind === 'port_restricted');
    t.equal(nat.mappedPorts.length, kind === 'symmetric' ? 2 : 1);
  }
});

t.test('nobody gets in who was not spoken to', async (t) => {
  const { nat, host, servers, ask } = await setUp(t, { kind: 'port_restricted' });
  const [address = '', port = ''] = (await ask(0)).split(':');
  const heard: string[] = [];
  host.on('message', (bytes) => heard.push(String(bytes)));
  servers[1]?.send('let me in', Number(port), address);
  const welcome = once(host, 'message');
  servers[0]?.send('me you know', Number(port), address);
  await welcome;
  t.same(heard, ['me you know']);
  t.equal(nat.refused, 1);
});

t.test('a mapping that was not used dies, and the next packet gets another port; so does a reset', async (t) => {
  let nowMs = 0;
  const { nat, ask } = await setUp(t, { kind: 'port_restricted', lifetimeMs: 40, nowMs: () => nowMs });
  const first = await ask(0);
  nowMs = 41;
  t.same(nat.mappedPorts, []);
  const second = await ask(0);
  t.not(second, first);
  nat.reset();
  t.not(await ask(0), second);
  nat.moveTo('127.0.0.6');
  t.match(await ask(0), /^127\.0\.0\.6:/);
});
