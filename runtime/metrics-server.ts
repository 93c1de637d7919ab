import { createServer, type Server } from 'node:http';
import type { Config } from '../config/index.ts';
import type { MainMetrics } from '../telemetry/index.ts';
import { listen } from './listen.ts';

/**
 * Serves `/metrics` on a listener of its own, so that a scrape and an API storm do not meet. Scrapes at one time, of a
 * pair of Prometheus say, get one page: SIP waits some milliseconds while it is collected, and would wait for each.
 */
export async function startMetricsServer(
  config: Config['metrics'],
  metrics: MainMetrics,
  collectSip: () => Promise<readonly object[][]>,
): Promise<Server> {
  let underWay: Promise<string> | undefined;
  const page = () => {
    underWay ??= collectSip()
      .then((values) => metrics.render(values))
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
  const server = createServer((request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('didfarm: metrics are at /metrics\n');
      return;
    }
    page().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(503, { 'content-type': 'text/plain' }).end('the SIP thread does not answer\n'),
    );
  });
  await listen(server, config.host, config.port);
  return server;
}
