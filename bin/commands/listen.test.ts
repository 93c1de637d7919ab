import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { signBody } from '../../billing-hooks/index.ts';
import { appendOutbox, createAccount, loadSecretKey, openStore } from '../../tenancy/index.ts';
import { runCli } from '../run-cli.ts';

/** A data directory with two events in it. */
async function openWorld(t: { teardown(work: () => void): void }) {
  const dir = mkdtempSync(join(tmpdir(), 'didfarm-listen-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const store = await openStore({
    file: join(dir, 'didfarm.db'),
    secretKey: loadSecretKey({ dataDir: dir, secretKeyFile: undefined }),
  });
  await store.write(async (context) => {
    const { id: accountId } = await createAccount(context, { name: 'Acme' });
    const data = { trunk_uuid: 'trk_1', trunk_id: 1, name: 'Main', username: 'u' };
    await appendOutbox(context, [
      { accountId, event: 'trunk.credentials_moved', data },
      { accountId, event: 'webhook.test', data: { webhook_uuid: 'whk_1', message: '' } },
    ]);
  });
  await store.close();
  return async (...args: string[]) => {
    let [out, err] = ['', ''];
    const code = await runCli(['listen', ...args], {
      env: { DIDFARM_DATA_DIR: dir },
      isTerminal: false,
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
    });
    process.exitCode = undefined;
    return { code, out, err };
  };
}

t.test('events are printed, and forwarded signed like a webhook', async (t) => {
  const listen = await openWorld(t);
  const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(204).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hook`;
  const { code, out, err } = await listen('--after', 'evt_0', '--count', '2', '--forward', url);
  t.equal(code, 0, err);
  t.match(out, /trunk\.credentials_moved .*"trk_1".*\n.*webhook\.test/);
  const [, secret = ''] = /signing with (whsec_\w{32})/.exec(err) ?? [];
  t.match(err, /answered 204\n.*answered 204/);
  t.equal(received.length, 2);
  for (const { headers, body } of received) t.equal(headers['x-didfarm-signature'], signBody(secret, body));
  t.match(received[0]?.headers, { 'x-didfarm-event-id': 'evt_1', 'content-type': 'application/json' });
});

t.test('one kind of event alone, as JSON; what is wrong is said in a line', async (t) => {
  const listen = await openWorld(t);
  const { out } = await listen('--after', 'evt_0', '--count', '1', '--event', 'webhook.test', '--json');
  t.match(JSON.parse(out), { id: 'evt_2', event: 'webhook.test', body: /^\{"event":"webhook.test"/ });
  t.match(await listen('--forward', 'nonsense'), { code: 1, err: /--forward must be an address/ });
  t.match(await listen('--count', '0'), { code: 1, err: /--count must be a number from 1/ });
  const closed = await listen('--after', 'evt_0', '--count', '1', '--forward', 'http://127.0.0.1:65535/');
  t.match(closed.err, /could not be reached \(ECONNREFUSED\)/);
  const unknown = await listen('--event', 'number.exploded');
  t.equal(unknown.code, 1);
});
