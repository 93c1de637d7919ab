import type { AppMessage } from '../control/app-message.ts';
import type { LaneHeaders } from './types.ts';

interface Parts {
  readonly status?: number;
  readonly reason?: string;
  readonly method?: string;
  readonly uri?: string;
  readonly headers?: LaneHeaders | undefined;
  readonly body?: string | undefined;
}

const NO_BODY = Buffer.alloc(0);

/** What an application wants sent, in the shape that the control protocol's frames are read into. */
export function toAppMessage({ status = 0, reason = '', method = '', uri = '', headers, body }: Parts): AppMessage {
  const lines: (readonly [string, string])[] = [];
  for (const name in headers) addLines(lines, name, headers[name] ?? '');
  const bytes = body === undefined || body === '' ? NO_BODY : Buffer.from(body);
  return { startLine: '', status, reason, method, uri, headers: lines, body: bytes };
}

/** A value may go on as further lines of their own (`a\r\nName: b`), as in a message's text. */
function addLines(lines: (readonly [string, string])[], name: string, value: string): void {
  if (!value.includes('\r\n')) {
    lines.push([name, value]);
    return;
  }
  const [first = '', ...more] = value.split('\r\n');
  lines.push([name, first]);
  for (const line of more) {
    const colon = line.indexOf(':');
    lines.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
  }
}
