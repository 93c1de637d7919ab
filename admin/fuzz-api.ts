import type { FastifyInstance } from 'fastify';
import { createRandom, type OpenApiDocument, RandomRequests } from './random-requests.ts';

export interface FuzzOutcome {
  readonly requests: number;
  /** What an answer did wrong: method, address, status, code. */
  readonly faults: readonly string[];
  readonly slowestMs: number;
  /** How many answers had each status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Longer than this a request may not take, whatever it asks for (ms). */
const PATIENCE_MS = 5000;

/** Sends random requests, none of which may end in 500, in an undocumented status or in silence. */
export async function fuzzApi(
  app: FastifyInstance,
  keys: readonly string[],
  options: { readonly requests: number; readonly seed: number },
): Promise<FuzzOutcome> {
  const document = (await app.inject('/api/v1/openapi.json')).json() as OpenApiDocument;
  const source = new RandomRequests(document, keys, createRandom(options.seed));
  const faults: string[] = [];
  const statuses: Record<string, number> = {};
  let slowestMs = 0;
  for (let sent = 0; sent < options.requests; sent += 1) {
    const { method, url, headers, payload, documented } = source.next();
    const startedMs = performance.now();
    const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    const tookMs = performance.now() - startedMs;
    slowestMs = Math.max(slowestMs, tookMs);
    statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1;
    const told = `#${sent} ${method} ${url} ${payload ?? ''}: ${answer.statusCode} ${answer.body.slice(0, 300)}`;
    if (answer.statusCode >= 500) faults.push(told);
    else if (!documented.includes(String(answer.statusCode))) faults.push(`undocumented: ${told}`);
    if (tookMs > PATIENCE_MS) faults.push(`took ${Math.round(tookMs)} ms: ${told}`);
    source.learn(answer.body);
  }
  return { requests: options.requests, faults, slowestMs, statuses };
}
