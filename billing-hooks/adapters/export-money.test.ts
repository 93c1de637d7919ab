import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { topUp } from '../../tenancy/index.ts';
import { openTestShop } from '../test-store.ts';
import {
  createCsvSink,
  createHttpSink,
  createJsonlSink,
  createLocalSink,
  exportMoney,
  type MoneyEvent,
  sinkFor,
} from './index.ts';

t.test('each sink is told everything once, in order, and goes on where it was', async (t) => {
  const { store, accountId } = await openTestShop(t, 1000);
  const [jsonl, csv] = [join(t.testdir(), 'money.jsonl'), join(t.testdirName, 'money.csv')];
  const heard: MoneyEvent[] = [];
  const local = createLocalSink('erp', async (events) => void heard.push(...events));
  const sinks = [createJsonlSink(jsonl), createCsvSink(csv), local];
  for (const sink of sinks) t.equal(await exportMoney(store, sink), 2, sink.name);
  await store.write((context) => topUp(context, { accountId, amountMicros: 5, idempotencyKey: 'more' }));
  for (const sink of sinks) t.equal(await exportMoney(store, sink), 2, sink.name);
  for (const sink of sinks) t.equal(await exportMoney(store, sink), 0, sink.name);
  t.same(
    heard.map(({ id, amount_micros }) => [id, amount_micros]),
    [
      [1, 10_000_000],
      [2, -10_000_000],
      [3, 5],
      [4, -5],
    ],
  );
  const lines = readFileSync(jsonl, 'utf8').trim().split('\n');
  t.same(
    lines.map((line) => JSON.parse(line) as unknown),
    heard,
  );
  t.match(readFileSync(csv, 'utf8').split('\n'), [/^kind,id,entry_id/, /^posting,1,1,/, /^posting,2,/, /^posting,3,/]);
});

t.test('what a server does not take comes again, and nothing is lost', async (t) => {
  const { store } = await openTestShop(t, 1000);
  const taken: { status: number; ids: number[]; token: string | undefined }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const status = taken.length === 0 ? 503 : 204;
      const { events } = JSON.parse(body) as { events: { id: number }[] };
      taken.push({ status, ids: events.map(({ id }) => id), token: request.headers.authorization });
      response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const sink = createHttpSink({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, token: 'x' });
  await t.rejects(exportMoney(store, sink), { message: /answered 503/ });
  t.equal(await exportMoney(store, sink), 2);
  t.same(taken, [
    { status: 503, ids: [1, 2], token: 'Bearer x' },
    { status: 204, ids: [1, 2], token: 'Bearer x' },
  ]);
});

t.test('an address says which sink it is', (t) => {
  const names = ['/var/lib/money.jsonl', 'money.CSV', 'https://erp.example/money'].map(
    (address) => sinkFor(address).name,
  );
  t.same(names, ['jsonl:/var/lib/money.jsonl', 'csv:money.CSV', 'http:https://erp.example/money']);
  t.end();
});
