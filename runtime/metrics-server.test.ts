import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import type { MainMetrics } from '../telemetry/index.ts';
import { startMetricsServer } from './metrics-server.ts';

t.test('scrapes at one time share one collection, the next one has its own, a failed one is not kept', async (t) => {
  const asked: PromiseWithResolvers<readonly object[][]>[] = [];
  const collect = () => {
    const answer = Promise.withResolvers<readonly object[][]>();
    asked.push(answer);
    return answer.promise;
  };
  const metrics = {
    contentType: 'text/plain',
    render: (values: readonly object[][]) => Promise.resolve(`page ${values.length}\n`),
  } as unknown as MainMetrics;
  const server = await startMetricsServer({ host: '127.0.0.1', port: 0, maxTrunks: 0 }, metrics, collect);
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  const scrape = async () => {
    const came = once(server, 'request');
    const answer = fetch(url, { headers: { connection: 'close' } });
    await came;
    return { answer: answer.then(async (got) => [got.status, await got.text()]) };
  };
  const [one, other] = [await scrape(), await scrape()];
  t.equal(asked.length, 1);
  asked[0]?.resolve([[], []]);
  t.same(await Promise.all([one.answer, other.answer]), [
    [200, 'page 2\n'],
    [200, 'page 2\n'],
  ]);
  const failing = await scrape();
  t.equal(asked.length, 2);
  asked[1]?.reject(new Error('gone'));
  t.same(await failing.answer, [503, 'the SIP thread does not answer\n']);
  const third = await scrape();
  t.equal(asked.length, 3);
  asked[2]?.resolve([[]]);
  t.same(await third.answer, [200, 'page 1\n']);
});
