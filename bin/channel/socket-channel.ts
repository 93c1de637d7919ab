import { request as httpRequest } from 'node:http';
import type { Channel, ChannelResponse, Method } from './channel.ts';

/** Speaks REST over the control socket (a path) of a running server; `undefined` when nobody listens there. */
export async function connectSocketChannel(socketPath: string): Promise<Channel | undefined> {
  const channel: Channel = {
    kind: 'server',
    request: (method, path, body) => send(socketPath, method, path, body),
    close: () => Promise.resolve(),
  };
  try {
    await channel.request('GET', '/healthz');
    return channel;
  } catch (error) {
    if (NOBODY.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** No socket, one left behind by a process that was killed, or a path too long for a server to have one. */
const NOBODY: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'EINVAL', 'ENAMETOOLONG']);

function send(socketPath: string, method: Method, path: string, body: unknown): Promise<ChannelResponse> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath, method, path, headers, host: 'localhost' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: parseText(Buffer.concat(chunks).toString('utf8')) });
      });
    });
    request.on('error', reject);
    request.end(payload);
  });
}

/** The body of an answer: JSON where it is JSON, its text otherwise. */
export function parseText(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
