import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createTransportLayer } from './index.ts';
import { resolveOptions } from './options.ts';
import { createTestPorts, EventRecorder } from './testing.ts';

async function warningsOf(udpReceiveBufferBytes: number) {
  const ports = createTestPorts();
  const layer = createTransportLayer({ udpReceiveBufferBytes }, new EventRecorder(), ports);
  await layer.listen({ transport: 'udp', host: '127.0.0.1', port: 0 });
  await layer.close();
  return ports.logged.filter(({ level }) => level === 'warn').map(({ text }) => text);
}

t.test('a system that gives a smaller receive buffer than asked for is warned of', async (t) => {
  t.strictSame(await warningsOf(16 * 1024), []);
  const [warning, ...others] = await warningsOf(2 ** 30);
  t.match(warning, /limits the UDP receive buffer/);
  t.strictSame(others, []);
});

t.test('the limit that is handed to operators is what the sockets ask for', async (t) => {
  const file = readFileSync(join(import.meta.dirname, '../../deploy/sysctl.conf'), 'utf8');
  const limit = Number(/^net\.core\.rmem_max = (\d+)$/m.exec(file)?.[1]);
  t.equal(limit, resolveOptions({}).udpReceiveBufferBytes);
});
