import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

/**
 * Receives webhooks: `/hang` never answers, every other path does at once. Prints its port as JSON; a line on standard
 * input is answered with what has arrived since the last one: how many, and the p99 of their age in ms.
 */
let agesMs: number[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    if (request.url === '/hang') return;
    const { data } = JSON.parse(body) as { readonly data: { readonly made_at_ms: number } };
    agesMs.push(Date.now() - data.made_at_ms);
    response.end();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 }));
});
createInterface({ input: process.stdin }).on('line', () => {
  const sorted = agesMs.toSorted((a, b) => a - b);
  agesMs = [];
  const p99Ms = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0;
  console.log(JSON.stringify({ received: sorted.length, p99Ms }));
});
process.once('SIGTERM', () => process.exit(0));
