import { type Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Connections } from './connections.ts';

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For look-up, connection and answer together. */
  readonly timeoutMs: number;
}

/** What an endpoint said, or why it said nothing. */
export interface PostAnswer {
  /** The HTTP status; `null` when there was no answer. */
  readonly status: number | null;
  readonly error: string | null;
  /** The beginning of the answer's body. */
  readonly answer: string;
}

/** Bytes of an answer that are read, and characters of it that are kept. */
const MAX_READ_BYTES = 65_536;
const MAX_KEPT = 1000;

/** One POST to one address, which never follows a redirect and never throws. */
export async function postEvent(connections: Connections, post: PostRequest): Promise<PostAnswer> {
  const signal = AbortSignal.timeout(post.timeoutMs);
  try {
    const url = new URL(post.url);
    const agent = await Promise.race([connections.agentFor(url), rejectOn(signal)]);
    return await send(url, agent, post, signal);
  } catch (error) {
    const late = signal.aborted ? `no answer within ${post.timeoutMs / 1000} s` : (error as Error).message;
    return { status: null, error: late, answer: '' };
  }
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function send(url: URL, agent: Agent, post: PostRequest, signal: AbortSignal): Promise<PostAnswer> {
  const open = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers = { ...post.headers, 'content-length': String(Buffer.byteLength(post.body)) };
  return new Promise((resolve, reject) => {
    const request = open(url, { method: 'POST', agent, signal, headers }, (response) => {
      readAnswer(response, () => request.destroy()).then(resolve, reject);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A kept connection that the other side closed just now says nothing about the endpoint.
      if (request.reusedSocket && error.code === 'ECONNRESET') send(url, agent, post, signal).then(resolve, reject);
      else reject(error);
    });
    request.end(post.body);
  });
}

/** Reads on to the end, so that the connection can be used again; too long an answer is cut off. */
function readAnswer(response: IncomingMessage, cutOff: () => void): Promise<PostAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<PostAnswer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = () => {
    const answer = Buffer.concat(chunks).toString('utf8').slice(0, MAX_KEPT);
    resolve({ status: response.statusCode ?? null, error: describe(response.statusCode ?? 0), answer });
  };
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= MAX_READ_BYTES) return;
    finish();
    cutOff();
  });
  response.on('end', finish);
  response.on('error', reject);
  return promise;
}

function describe(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? `answered ${status}; redirects are not followed` : `answered ${status}`;
}
