import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { WalletStorm } from './calls/wallet-storm.ts';
import { configFile } from './support/config-file.ts';
import { startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

interface Question {
  readonly id: string;
  readonly direction: string;
  readonly by_deck: { readonly amount_micros: number } | null;
}

interface Transaction {
  readonly amount: number;
  readonly reference_type: string;
}

const PRICE_MICROS = 1_234_567;

/** An operator's own rating: the first time it does not know itself, then each call costs the same. */
async function serve(t: Test) {
  const asked: (readonly Question[])[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { calls } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly calls: readonly Question[] };
    asked.push(calls);
    const isFit = asked.length > 1 && request.url === '/rate' && request.headers.authorization === 'Bearer sesame';
    const charges = calls.map(({ id }) => ({ id, amount_micros: PRICE_MICROS }));
    response.writeHead(isFit ? 200 : 503).end(JSON.stringify({ charges }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

t.test('an operator’s own service prices the calls of the running product; while it is silent they wait', async (t) => {
  const { asked, url } = await serve(t);
  const config = `billing_service:\n  url: ${url}\n  token: sesame\n  rating: wait\n`;
  const product = await startProduct(t, { ...configFile(t, config), DIDFARM_PROBE_INTERVAL_SEC: '0' });
  const { operator_key: operator } = product.demo;
  const deck = await product.api('POST', '/rate-decks', { name: 'all', round_to_micros: 1 }, operator);
  const { id } = (deck.body as { readonly data: { readonly id: number } }).data;
  const csv = 'direction,prefix,per_minute,interval\nin,,0.06,60/60\n';
  await product.api('POST', `/rate-decks/${id}/rates`, { csv }, operator);
  await product.api('POST', `/rate-decks/${id}/assign`, { platform: true }, operator);

  const storm = await WalletStorm.open(t, product, product.trunk('Beta Services'));
  const { admitted } = await storm.begin(1, 'rated');
  t.equal(admitted.length, 1);
  await storm.hangUp(admitted);
  const key = await product.bulkKey('MSP Demo');
  const charges = async () => {
    const { body } = await product.api('GET', '/wallet/transactions', undefined, key);
    const { data } = body as { readonly data: readonly Transaction[] };
    return data.filter(({ reference_type }) => reference_type === 'call');
  };
  await until('the call is charged', async () => (await charges()).length === 1, 60_000);
  t.match(await charges(), [{ amount: -Math.round(PRICE_MICROS / 10_000) }], 'not the 6 cents of the deck');
  t.ok(asked.length >= 2, 'it was asked again after it had failed');
  const [first, second] = asked;
  t.same(first, second, 'by the same question');
  t.match(first, [{ direction: 'in', by_deck: { amount_micros: 60_000 } }]);
});
