import { request } from 'node:http';
import { join } from 'node:path';

/** Asks the API and gives the body of its answer. @throws when that is not 2xx */
export type Send = (method: string, path: string, body?: unknown) => Promise<string>;

/** The API over the control socket, where nobody needs a key. */
export function apiOf(dataDir: string): Send {
  const socketPath = join(dataDir, 'control.sock');
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const sent = request({ socketPath, method, path: `/api/v1${path}` }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          if ((response.statusCode ?? 500) < 300) resolve(text);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 300)}`));
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
}
