import { once } from 'node:events';
import { createServer } from 'node:net';
import t from 'tap';
import { freePort } from './ports.ts';

t.test('a port is handed out once, bound or not', async (t) => {
  const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
  t.equal(new Set(ports).size, 200);
  t.ok(ports.every((port) => port < 32_768));
});

t.test('the port can be bound', async (t) => {
  const server = createServer();
  server.listen(await freePort('127.0.0.2'), '127.0.0.2');
  await once(server, 'listening');
  await new Promise((resolve) => server.close(resolve));
  t.pass();
});
