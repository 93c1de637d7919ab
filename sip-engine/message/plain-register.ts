import { PLAIN_PORT } from './chars.ts';

/** A REGISTER as nearly every PBX writes it: what is asked of it, and where in it stands what its answer repeats. */
export interface PlainRegister {
  readonly uri: string;
  /** Domain of the Request-URI and of To alike. */
  readonly host: string;
  /** Where the line of Via begins and ends, and where the value of `rport` belongs. */
  readonly viaAt: number;
  readonly rportAt: number;
  readonly viaEnd: number;
  readonly branch: string;
  /** From the name of the first to the end of the last of From, To, Call-ID and CSeq, and where the To tag belongs. */
  readonly headAt: number;
  readonly toTagAt: number;
  readonly headEnd: number;
  readonly to: string;
  readonly fromTag: string;
  readonly callId: string;
  readonly cseq: number;
  readonly expires: string | undefined;
  /** Without it the request wants a challenge. */
  readonly authorization: string | undefined;
}

/** Longer ones are read in full. */
const LONGEST = 2000;

/*
 * One compiled expression in place of parser and checks (measured: a fourth of their time). It takes a part of what
 * those take, so that whatever it does not know is left to them: other spellings of names, folds, other characters
 * than ASCII, headers that mean something. Each byte can be taken in one way only, so that a message made to fail
 * costs no more than its length.
 */
const HOST = '[a-z0-9]+(?:[.-][a-z0-9]+)*';
const PORT = `(?::${PLAIN_PORT})?`;
const NAME = String.raw`(?:"[ !#-[\]-~]*" |[\w.+-]+ )?`;
const BRANCH = String.raw`;branch=(z9hG4bK[\w.+~*!%-]+)`;
const FROM = String.raw`From: ${NAME}<[!#-;=?-[\]-{}~]+>;tag=([\w.+~*!%-]+)\r\n`;
const CONTACT_URI = String.raw`sip:[\w.!~*'()&=+$-]+@[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*${PORT}(?:;[\w.-]+(?:=[\w.+~:-]+)?)*`;
const CONTACT = String.raw`Contact: ${NAME}<${CONTACT_URI}>(?:;[\w.+-]+(?:=(?:[\w.-]+|"[ !#-[\]-~]*"))?)*\r\n`;
const TOKENS = String.raw`(?:Allow|Supported): [\w.!%*+-]+(?:, ?[\w.!%*+-]+)*\r\n`;
const TEXT = '[!-~]+(?: +[!-~]+)*';
/** May stand any number of times. */
const ANY = String.raw`(?:${CONTACT}|${TOKENS}|(?:User-Agent|Accept|Allow-Events): ${TEXT}\r\n)*`;
/** May stand once. */
const EXPIRES = String.raw`Expires: (\d{1,9})\r\n`;
const HOPS = String.raw`(Max-Forwards: \d{1,2}\r\n)`;
const REST = `${ANY}(?:${EXPIRES}${ANY}(?:${HOPS}${ANY})?|${HOPS}${ANY}(?:${EXPIRES}${ANY})?)?`;

const PLAIN_REGISTER = new RegExp(
  String.raw`^REGISTER (sip:(${HOST})${PORT}(?:;transport=[a-z]+)?) SIP/2\.0\r\n` +
    String.raw`Via: (SIP/2\.0/[A-Z]{2,4} [A-Za-z0-9.-]+${PORT}(?:${BRANCH};rport|;rport(?=;b)))((?:${BRANCH}(?:;alias)?)?)\r\n` +
    `(${HOPS}?(?:${CONTACT})?)` +
    String.raw`((?:${FROM})?To: (${NAME}<sip:[\w.+~!*()&=$,/-]+@\2${PORT}>))` +
    String.raw`(\r\n(?:${FROM})?Call-ID: ([!-+\--:<-{}~]+)\r\nCSeq: (\d{1,9}) REGISTER\r\n)` +
    String.raw`${REST}(?:Authorization: (${TEXT})\r\n${REST})?Content-Length: +0\r\n\r\n$`,
);

/** Reads a whole message, one character a byte; `undefined` for whatever else it may be. */
export function readPlainRegister(text: string): PlainRegister | undefined {
  if (text.length > LONGEST || !text.startsWith('REGISTER ')) return undefined;
  const match = PLAIN_REGISTER.exec(text);
  if (match === null) return undefined;
  const [, uri = '', host = '', viaHead = '', , viaRest = '', , between = ''] = match;
  const branch = onlyOne(match[4], match[6]);
  const fromTag = onlyOne(match[10], match[13]);
  if (branch === undefined || fromTag === undefined) return undefined;
  const before = match[16] ?? match[19];
  const behind = match[21] ?? match[24];
  const hopsBefore = match[17] ?? match[18];
  const hopsBehind = match[22] ?? match[23];
  if (before !== undefined && behind !== undefined) return undefined;
  if (hopsBehind !== undefined && (hopsBefore ?? match[8]) !== undefined) return undefined;
  if (hopsBefore !== undefined && match[8] !== undefined) return undefined;
  const viaAt = UP_TO_URI.length + uri.length + UP_TO_VIA.length;
  const rportAt = viaAt + VIA.length + viaHead.length;
  const viaEnd = rportAt + viaRest.length;
  const headAt = viaEnd + LINE_END.length + between.length;
  const toTagAt = headAt + (match[9] ?? '').length;
  return {
    uri,
    host,
    viaAt,
    rportAt,
    viaEnd,
    branch,
    headAt,
    toTagAt,
    headEnd: toTagAt + (match[12] ?? '').length,
    to: match[11] ?? '',
    fromTag,
    callId: match[14] ?? '',
    cseq: Number(match[15]),
    expires: before ?? behind,
    authorization: match[20],
  };
}

const UP_TO_URI = 'REGISTER ';
const UP_TO_VIA = ' SIP/2.0\r\n';
const VIA = 'Via: ';
const LINE_END = '\r\n';

/** What may stand in either of two places, and must in one. */
function onlyOne(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined) return other;
  return other === undefined ? one : undefined;
}
