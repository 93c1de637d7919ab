import { idOfName, knownId, lowerAsSpelled } from '../message/index.ts';

/** The incomplete SIP text that applications send, taken apart without judging it. */
export interface AppMessage {
  /** Start line as written. */
  readonly startLine: string;
  /** 0 for requests. */
  readonly status: number;
  readonly reason: string;
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

export interface AppFrame {
  readonly tokens: readonly string[];
  /** The SIP part; `undefined` when the frame is a lead line only. */
  readonly sip: Buffer | undefined;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** Splits a frame's payload at the first CR LF: tokens of the lead line, and the SIP text. */
export function readFrame(payload: Buffer): AppFrame {
  const end = payload.indexOf('\r\n');
  if (end === -1) return { tokens: payload.toString('utf8').split('|'), sip: undefined };
  return { tokens: payload.toString('utf8', 0, end).split('|'), sip: payload.subarray(end + 2) };
}

/**
 * Content-Length from the application counts UTF-16 units and is ignored: the body is everything after the
 * first empty line. Lines without a colon are skipped.
 */
export function readAppMessage(sip: Buffer): AppMessage {
  const headEnd = sip.indexOf(HEAD_END);
  const head = headEnd === -1 ? sip.toString('utf8') : sip.toString('utf8', 0, headEnd);
  const body = headEnd === -1 ? Buffer.alloc(0) : sip.subarray(headEnd + 4);
  const lines = head.split('\r\n');
  const startLine = lines[0] ?? '';
  const headers: [string, string][] = [];
  for (const line of lines.slice(1)) {
    const last = headers.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) last[1] = `${last[1]} ${line.trim()}`.trim();
    else {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).trim();
      if (colon > 0 && TOKEN.test(name)) headers.push([name, line.slice(colon + 1).trim()]);
    }
  }
  return { ...readStartLine(startLine), startLine, headers, body };
}

/** First value of a header, name without case. */
export function appHeader({ headers }: AppMessage, name: string): string | undefined {
  const lower = lowerAsSpelled(name);
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i];
    if (header !== undefined && lowerAsSpelled(header[0]) === lower) return header[1];
  }
  return undefined;
}

/** What identifies a request, where the application gives it. */
interface Identity {
  from: string | undefined;
  to: string | undefined;
  callId: string | undefined;
  cseq: string | undefined;
}

/** First value of each, those under a full name before those under a compact one. */
export function identityOf({ headers }: AppMessage): Readonly<Identity> {
  const identity: Identity = { from: undefined, to: undefined, callId: undefined, cseq: undefined };
  for (const [name, value] of headers) if (name.length > 1 && name.length <= LONGEST_NAME) note(identity, name, value);
  for (const [name, value] of headers) if (name.length === 1) note(identity, name, value);
  return identity;
}

function note(identity: Identity, name: string, value: string): void {
  const id = idOfName(name);
  if (id === FROM) identity.from ??= value;
  else if (id === TO) identity.to ??= value;
  else if (id === CALL_ID) identity.callId ??= value;
  else if (id === CSEQ) identity.cseq ??= value;
}

const FROM = knownId('from');
const TO = knownId('to');
const CALL_ID = knownId('call-id');
const CSEQ = knownId('cseq');
/** Of those four: most headers are told by their length. */
const LONGEST_NAME = 'call-id'.length;
const TOKEN = /^[\w\-.!%*+`'~]+$/;

function readStartLine(line: string): Pick<AppMessage, 'status' | 'reason' | 'method' | 'uri'> {
  const response = /^SIP\/2\.0 +(\d{3})(?: +(.*))?$/i.exec(line);
  if (response !== null) return { status: Number(response[1]), reason: response[2]?.trim() ?? '', method: '', uri: '' };
  const request = /^([A-Z]+) +(\S+) +SIP\/2\.0$/.exec(line);
  return { status: 0, reason: '', method: request?.[1] ?? '', uri: request?.[2] ?? '' };
}
