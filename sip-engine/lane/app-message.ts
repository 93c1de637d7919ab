import type { AppMessage } from '../control/app-message.ts';
import type { LaneHeaders } from './types.ts';

const NO_BODY = Buffer.alloc(0);

/** An answer that an application wants sent, in the shape that the control protocol's frames are read into. */
export function appAnswer(
  status: number,
  reason: string,
  headers: LaneHeaders | undefined,
  body: string | undefined,
): AppMessage {
  return { startLine: '', status, reason, method: '', uri: '', headers: linesOf(headers), body: bytesOf(body) };
}

/** The same of a request; the URI of one in a dialog is the dialog's. */
export function appRequest(
  method: string,
  uri: string,
  headers: LaneHeaders | undefined,
  body: string | undefined,
): AppMessage {
  return { startLine: '', status: 0, reason: '', method, uri, headers: linesOf(headers), body: bytesOf(body) };
}

function bytesOf(body: string | undefined): Buffer {
  return body === undefined || body === '' ? NO_BODY : Buffer.from(body);
}

function linesOf(headers: LaneHeaders | undefined): readonly (readonly [string, string])[] {
  const lines: (readonly [string, string])[] = [];
  for (const name in headers) addLines(lines, name, headers[name] ?? '');
  return lines;
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
