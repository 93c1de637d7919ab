import { BRACKET_OPEN, COLON, COMMA, isDigit, PLAIN_PORT, SLASH, skipToken, skipWhite } from './chars.ts';
import { SipParseError } from './errors.ts';
import { NO_PARAMS, newParamSpan, nextParam, type ParamSpan, readParams } from './params.ts';
import type { Params, Via } from './types.ts';

/** Where the parts of the first Via value of a line are. */
export interface ViaSpan {
  transportStart: number;
  transportEnd: number;
  hostStart: number;
  hostEnd: number;
  /** 0 when absent. */
  port: number;
  paramsStart: number;
  /** The branch is the magic cookie and nothing else: it identifies no transaction (RFC 4475 3.2.1). */
  bareCookie: boolean;
  /** Behind the value: the comma, or the end. */
  end: number;
}

/** Finds and checks the first value of a Via line (RFC 3261 20.42); `undefined` when malformed. */
export function spanVia(text: string, start: number, end: number): ViaSpan | undefined {
  let p = skipWhite(text, start, end);
  if (text.startsWith('SIP/2.0/', p)) p += 8;
  else p = skipProtocolPart(text, skipProtocolPart(text, p, end), end);
  if (p < 0) return undefined;
  const transportStart = p;
  const transportEnd = skipToken(text, p, end);
  const hostStart = skipWhite(text, transportEnd, end);
  if (transportEnd === transportStart || hostStart === transportEnd) return undefined;
  const hostEnd = skipHost(text, hostStart, end);
  if (hostEnd < 0) return undefined;
  p = skipWhite(text, hostEnd, end);
  let port = 0;
  if (p < end && text.charCodeAt(p) === COLON) {
    p = skipWhite(text, p + 1, end);
    const portStart = p;
    while (p < end && p - portStart < 6 && isDigit(text.charCodeAt(p))) port = port * 10 + text.charCodeAt(p++) - 48;
    if (p === portStart || port > 65_535) return undefined;
    p = skipWhite(text, p, end);
  }
  const span: ViaSpan = {
    transportStart,
    transportEnd,
    hostStart,
    hostEnd,
    port,
    paramsStart: p,
    bareCookie: false,
    end,
  };
  return finishSpan(text, span) ? span : undefined;
}

/** Checks the parameters and finds the end of the value. */
function finishSpan(text: string, span: ViaSpan): boolean {
  const param = newParamSpan();
  const limit = span.end;
  let p = span.paramsStart;
  while (p < limit) {
    const code = text.charCodeAt(p);
    if (code === COMMA) {
      span.end = p;
      return true;
    }
    p = nextParam(text, p, limit, param);
    if (p < 0) return false;
    if (param.valueEnd - param.valueStart === 7 && isBareCookie(text, param)) span.bareCookie = true;
  }
  return true;
}

function isBareCookie(text: string, param: ParamSpan): boolean {
  if (param.valueStart < 0 || text.slice(param.nameStart, param.nameEnd).toLowerCase() !== 'branch') return false;
  return text.startsWith('z9hG4bK', param.valueStart);
}

/** Behind `token SWS "/" SWS`; -1 when it is not there. */
function skipProtocolPart(text: string, pos: number, end: number): number {
  if (pos < 0) return -1;
  const tokenEnd = skipToken(text, pos, end);
  const slash = skipWhite(text, tokenEnd, end);
  if (tokenEnd === pos || slash >= end || text.charCodeAt(slash) !== SLASH) return -1;
  return skipWhite(text, slash + 1, end);
}

function skipHost(text: string, pos: number, end: number): number {
  if (text.charCodeAt(pos) === BRACKET_OPEN) {
    const close = text.indexOf(']', pos);
    return close < 0 || close >= end ? -1 : close + 1;
  }
  const hostEnd = skipToken(text, pos, end);
  return hostEnd === pos ? -1 : hostEnd;
}

/** One Via value as nearly everybody writes it. */
const PLAIN = new RegExp(
  String.raw`^SIP/2\.0/[A-Z]{2,4} [A-Za-z0-9.-]+(?::${PLAIN_PORT})?(?:;(?!branch(?:;|$))[a-z]+(?:=[\w.:+~*!%-]+)?)*$`,
);
/** Behind `SIP/2.0/`. */
const TRANSPORT_AT = 8;
const BRANCH = ';branch=';

/** A Via of that form: who matches a message asks for its branch and its sent-by, hardly anybody for the parameters. */
class PlainVia implements Via {
  readonly transport: string;
  readonly host: string;
  readonly port: number;
  readonly branch: string;
  readonly #text: string;
  readonly #paramsAt: number;

  constructor(text: string) {
    const space = text.indexOf(' ');
    const semicolon = text.indexOf(';');
    const paramsAt = semicolon < 0 ? text.length : semicolon;
    const colon = text.indexOf(':', space);
    const hasPort = colon > 0 && colon < paramsAt;
    const mark = text.indexOf(BRANCH, paramsAt);
    const end = mark < 0 ? -1 : text.indexOf(';', mark + 1);
    this.transport = text.slice(TRANSPORT_AT, space);
    this.host = text.slice(space + 1, hasPort ? colon : paramsAt).toLowerCase();
    this.port = hasPort ? readDigits(text, colon + 1, paramsAt) : 0;
    this.branch = mark < 0 ? '' : text.slice(mark + BRANCH.length, end < 0 ? text.length : end);
    this.#text = text;
    this.#paramsAt = paramsAt;
  }

  get params(): Params {
    return readParams(this.#text, this.#paramsAt, this.#text.length) ?? NO_PARAMS;
  }
}

/** A few digits; without a text of their own to make a number of. */
function readDigits(text: string, start: number, end: number): number {
  let value = 0;
  for (let p = start; p < end; p++) value = value * 10 + text.charCodeAt(p) - 48;
  return value;
}

/** Reads a Via that is known to be of that form: as a message's that passed `PLAIN_VIA` of check-head.ts. */
export function plainVia(text: string): Via {
  return new PlainVia(text);
}

/** Reads the first value of a Via line. Host without IPv6 brackets, as `SipUri.host`. */
export function parseVia(text: string): Via {
  return PLAIN.test(text) ? new PlainVia(text) : parseGeneral(text);
}

function parseGeneral(text: string): Via {
  const span = spanVia(text, 0, text.length);
  const params = span && readParams(text, span.paramsStart, span.end);
  if (span === undefined || params === undefined) {
    throw new SipParseError('bad_header', 'via', { status: 400, reason: 'Bad Via Header' });
  }
  const host = text.slice(span.hostStart, span.hostEnd);
  return {
    transport: text.slice(span.transportStart, span.transportEnd),
    host: host.charCodeAt(0) === BRACKET_OPEN ? host.slice(1, -1).toLowerCase() : host.toLowerCase(),
    port: span.port,
    branch: params.get('branch') ?? '',
    params,
  };
}

/** The same of a message's own: those that passed the checks have a good one; a refused one's may be broken and is then empty. */
export function readVia(text: string): Via {
  try {
    return parseVia(text);
  } catch {
    return { transport: '', host: '', port: 0, branch: '', params: NO_PARAMS };
  }
}
