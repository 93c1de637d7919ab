import type { Flow } from '../transport/types.ts';

/** Where a request came from. */
export type Source = Pick<Flow, 'remoteAddress' | 'remotePort'>;

/**
 * The first value of a Via line with `received` and `rport` filled in (RFC 3261 18.2.1, RFC 3581 4):
 * `received` when the sent-by is another host or `rport` was asked for; a client's own `received` is
 * replaced. Returns the same text when nothing is to be added.
 */
export function stampViaLine(line: string, source: Source): string {
  if (isRportLast(line)) return `${line}=${source.remotePort};received=${source.remoteAddress}`;
  if (!line.includes(ASKED)) {
    if (isOfSender(line, source)) return line;
  } else if (RPORT_FIRST.test(line)) return stampFirst(line, source);
  const end = firstValueEnd(line);
  const value = end === line.length ? line : line.slice(0, end);
  const paramsAt = indexOrEnd(value, ';');
  const asked = paramsAt < value.length && RPORT.test(value);
  const claimed = paramsAt < value.length && RECEIVED.test(value);
  if (!asked && !claimed && sentByHost(value, paramsAt) === source.remoteAddress) return line;
  const params = value.slice(paramsAt).replace(RECEIVED, '').replace(RPORT, `;rport=${source.remotePort}`).trimEnd();
  return `${value.slice(0, paramsAt)}${params};received=${source.remoteAddress}${line.slice(end)}`;
}

/** `SIP/2.0/UDP host:port;branch=…;rport`, as nearly everybody writes it: one value, and `rport` asked for at its end. */
function isRportLast(line: string): boolean {
  return line.endsWith(ASKED) && RPORT_LAST.test(line);
}

/** `SIP/2.0/UDP host:port;branch=…` with the address that it came from, as carriers write it: nothing is to be added. */
function isOfSender(line: string, { remoteAddress }: Source): boolean {
  const host = line.indexOf(' ') + 1;
  const after = line.charCodeAt(host + remoteAddress.length);
  return (after === COLON || after === SEMICOLON) && line.startsWith(remoteAddress, host) && BRANCH_ALONE.test(line);
}

/** The same with `rport` before the branch, and over connections with `alias` behind it, as PJSIP writes it. */
function stampFirst(line: string, source: Source): string {
  const end = line.indexOf(ASKED) + ASKED.length;
  return `${line.slice(0, end)}=${source.remotePort}${line.slice(end)};received=${source.remoteAddress}`;
}

const ASKED = ';rport';
const RPORT_LAST = /^SIP\/2\.0\/[A-Z]+ [\w.:[\]-]+;branch=[\w.+%*!'`~-]+;rport$/;
const RPORT_FIRST = /^SIP\/2\.0\/[A-Z]+ [\w.:[\]-]+;rport;branch=[\w.+%*!'`~-]+(?:;alias)?$/;
const BRANCH_ALONE = /^SIP\/2\.0\/[A-Z]+ [\w.-]+(?::\d+)?;branch=[\w.+%*!'`~-]+$/;
const COLON = 58;
const SEMICOLON = 59;
const RPORT = /;[ \t]*rport[ \t]*(?:=[ \t]*[^;, \t]*)?(?=[;, \t]|$)/i;
const RECEIVED = /;[ \t]*received[ \t]*(?:=[ \t]*[^;, \t]*)?(?=[;, \t]|$)/gi;
const ODD_SPACE = /[ \t]:|:[ \t]|\t/;

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
