import type { Flow } from '../transport/types.ts';

/** Where a request came from. */
export type Source = Pick<Flow, 'remoteAddress' | 'remotePort'>;

/**
 * The first value of a Via line with `received` and `rport` filled in (RFC 3261 18.2.1, RFC 3581 4):
 * `received` when the sent-by is another host or `rport` was asked for; a client's own `received` is
 * replaced. Returns the same text when nothing is to be added.
 */
export function stampViaLine(line: string, source: Source): string {
  if (isPlain(line)) return `${line}=${source.remotePort};received=${source.remoteAddress}`;
  const end = firstValueEnd(line);
  const value = end === line.length ? line : line.slice(0, end);
  const paramsAt = indexOrEnd(value, ';');
  const asked = paramsAt < value.length && RPORT.test(value);
  const claimed = paramsAt < value.length && RECEIVED.test(value);
  if (!asked && !claimed && sentByHost(value, paramsAt) === source.remoteAddress) return line;
  const params = value.slice(paramsAt).replace(RECEIVED, '').replace(RPORT, `;rport=${source.remotePort}`).trimEnd();
  return `${value.slice(0, paramsAt)}${params};received=${source.remoteAddress}${line.slice(end)}`;
}

/** The whole request with its top Via stamped; the same buffer when nothing is to be added. */
export function stampTopVia(bytes: Buffer, source: Source): Buffer {
  const place = findVia(bytes);
  if (place === undefined) return bytes;
  const line = bytes.toString('latin1', place.valueAt, place.endAt).replace(FOLD, ' ');
  const stamped = stampViaLine(line, source);
  if (stamped === line) return bytes;
  return Buffer.concat([bytes.subarray(0, place.valueAt), Buffer.from(stamped, 'latin1'), bytes.subarray(place.endAt)]);
}

/** `SIP/2.0/UDP host:port;branch=…;rport`, as nearly everybody writes it: one value, and `rport` asked for at its end. */
function isPlain(line: string): boolean {
  return line.endsWith(';rport') && PLAIN.test(line);
}

const PLAIN = /^SIP\/2\.0\/[A-Z]+ [\w.:[\]-]+;branch=[\w.+%*!'`~-]+;rport$/;
const RPORT = /;[ \t]*rport[ \t]*(?:=[ \t]*[^;, \t]*)?(?=[;, \t]|$)/i;
const RECEIVED = /;[ \t]*received[ \t]*(?:=[ \t]*[^;, \t]*)?(?=[;, \t]|$)/gi;
const ODD_SPACE = /[ \t]:|:[ \t]|\t/;
const FOLD = /\r?\n[ \t]+/g;
const LF = 0x0a;
const CR = 0x0d;

function indexOrEnd(text: string, mark: string): number {
  const at = text.indexOf(mark);
  return at === -1 ? text.length : at;
}

/** A comma outside quotes ends the first value (RFC 3261 7.3.1). */
function firstValueEnd(line: string): number {
  if (line.indexOf(',') === -1) return line.length;
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i];
    if (char === '"') quoted = !quoted;
    else if (char === '\\' && quoted) i++;
    else if (char === ',' && !quoted) return i;
  }
  return line.length;
}

function sentByHost(value: string, endAt: number): string {
  let sentBy = value.slice(0, endAt).trimEnd();
  // RFC 3261 25.1: white space may stand around the colon, and be a tab.
  if (ODD_SPACE.test(sentBy)) sentBy = sentBy.replace(/[ \t]*:[ \t]*/g, ':').replaceAll('\t', ' ');
  const host = sentBy.slice(sentBy.lastIndexOf(' ') + 1);
  if (host.startsWith('[')) return host.slice(1, indexOrEnd(host, ']'));
  return host.slice(0, indexOrEnd(host, ':'));
}

/** Byte positions of the first Via header's value, its folded lines included. */
function findVia(bytes: Buffer): { readonly valueAt: number; readonly endAt: number } | undefined {
  for (let at = bytes.indexOf(LF) + 1; at > 0 && at < bytes.length; ) {
    if (bytes[at] === CR || bytes[at] === LF) return undefined;
    const next = bytes.indexOf(LF, at) + 1;
    if (next === 0) return undefined;
    const valueAt = viaValueAt(bytes, at);
    if (valueAt > 0) return { valueAt, endAt: valueEnd(bytes, next) };
    at = next;
  }
  return undefined;
}

const VIA_NAME = /^(?:via|v)[ \t]*:[ \t]*/i;

function viaValueAt(bytes: Buffer, lineAt: number): number {
  const first = bytes[lineAt];
  if (first !== 0x56 && first !== 0x76) return 0;
  const name = VIA_NAME.exec(bytes.toString('latin1', lineAt, Math.min(lineAt + 40, bytes.length)));
  return name === null ? 0 : lineAt + name[0].length;
}

function valueEnd(bytes: Buffer, nextLineAt: number): number {
  let next = nextLineAt;
  while (bytes[next] === 0x20 || bytes[next] === 0x09) {
    const after = bytes.indexOf(LF, next) + 1;
    if (after === 0) break;
    next = after;
  }
  const end = next - 1;
  return bytes[end - 1] === CR ? end - 1 : end;
}
