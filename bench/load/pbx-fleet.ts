import { hash } from 'node:crypto';
import { Nonces } from './nonces.ts';

/** Simulated PBXes that register as 3CX does; one object a fleet, numbers in arrays. */
export interface PbxFleet {
  readonly size: number;
  hasNonce(index: number): boolean;
  /** Whether the last REGISTER of that PBX carried no credentials. */
  isUnauthorized(index: number): boolean;
  /** The next REGISTER of that PBX. */
  register(index: number, withCredentials: boolean): string;
  /** Which PBX an answer is for, and its status; takes the nonce of a challenge. */
  read(bytes: Buffer): { readonly index: number; readonly status: number } | undefined;
  /** The 200 to a probe; `undefined` when the message is none. */
  answerProbe(bytes: Buffer): string | undefined;
  /** Any text in place of nonces, for a server that gives none. */
  pretendNonces(): void;
}

interface Pbx {
  readonly ha1: string;
  readonly ha2: string;
  readonly parts: Parts;
  nc: number;
  cseq: number;
  isUnauthorized: boolean;
}

/** Of a REGISTER, what stays the same: up to the branch's number, to CSeq's, to the credentials, and to what changes in those. */
interface Parts {
  readonly toBranch: string;
  readonly toCSeq: string;
  readonly toCredentials: string;
  readonly toNonce: string;
  readonly toResponse: string;
}

/** A nonce is used so often, then a challenge is asked for again. */
const MOST_USES = 900;
/** What OPTIONS begins with, and no answer does. */
const LETTER_O = 0x4f;
const CALL_ID = 'Call-ID: ';
const STATUS_AT = 'SIP/2.0 '.length;
const [ZERO, NINE] = [0x30, 0x39];
const md5 = (text: string) => hash('md5', text);

/**
 * Reads lines of `user,realm,password`; `run` tells the Call-IDs of one start from those of another. The Contact is
 * what the PBXes call themselves, behind their NAT by default.
 */
export function createPbxFleet(csv: string, run: string, contact = '127.0.0.1:5070'): PbxFleet {
  const fleet = csv
    .trim()
    .split('\n')
    .map((line, index) => readPbx(line, index, run, contact));
  const nonces = new Nonces(fleet.length);
  const get = (index: number): Pbx => {
    const pbx = fleet[index];
    if (pbx === undefined) throw new RangeError(`there is no PBX ${index}`);
    return pbx;
  };
  return {
    size: fleet.length,
    hasNonce: (index) => nonces.has(index) && get(index).nc < MOST_USES,
    isUnauthorized: (index) => get(index).isUnauthorized,
    register: (index, withCredentials) => writeRegister(get(index), withCredentials ? nonces.text(index) : undefined),
    read(bytes) {
      const at = bytes.indexOf(CALL_ID, 0, 'latin1') + CALL_ID.length;
      const index = readNumber(bytes, at);
      const pbx = fleet[index];
      if (at < CALL_ID.length || pbx === undefined) return undefined;
      const status = readNumber(bytes, STATUS_AT);
      if (status === 401) {
        nonces.take(index, bytes);
        pbx.nc = 0;
      }
      return { index, status };
    },
    answerProbe(bytes) {
      return bytes[0] === LETTER_O ? answerOptions(bytes.toString('latin1')) : undefined;
    },
    pretendNonces() {
      nonces.pretend();
    },
  };
}

function readPbx(line: string, index: number, run: string, contact: string): Pbx {
  const [user = '', realm = '', password = ''] = line.split(',');
  const ha1 = md5(`${user}:${realm}:${password}`);
  const parts = partsOf(user, realm, index, run, contact);
  return { ha1, ha2: md5(`REGISTER:sip:${realm}`), parts, nc: 0, cseq: 0, isUnauthorized: true };
}

/** The Contact stays the same from run to run. */
function partsOf(user: string, realm: string, index: number, run: string, contact: string): Parts {
  return {
    toBranch: `REGISTER sip:${realm} SIP/2.0\r\nVia: SIP/2.0/UDP ${contact};branch=z9hG4bK${index}x`,
    toCSeq:
      `;rport\r\nMax-Forwards: 70\r\nFrom: <sip:${user}@${realm}>;tag=t${index}\r\nTo: <sip:${user}@${realm}>\r\n` +
      `Call-ID: ${index}@${run}\r\nCSeq: `,
    toCredentials:
      ` REGISTER\r\nContact: <sip:${user}@${contact};rinstance=a1b2c3>\r\nExpires: 3600\r\n` +
      'User-Agent: 3CXPhoneSystem 20.0.3\r\nAllow: INVITE, ACK, CANCEL, OPTIONS, BYE, REGISTER, REFER, NOTIFY\r\n',
    toNonce: `Authorization: Digest username="${user}", realm="${realm}", nonce="`,
    toResponse: `", uri="sip:${realm}", response="`,
  };
}

/** The digits that stand there; NaN where none does. */
function readNumber(bytes: Buffer, at: number): number {
  let value = Number.NaN;
  for (let end = at; end < bytes.length; end++) {
    const byte = bytes[end] ?? 0;
    if (byte < ZERO || byte > NINE) break;
    value = (end === at ? 0 : value * 10) + byte - ZERO;
  }
  return value;
}

/** `nonce`: of the credentials; without one there are none. */
function writeRegister(pbx: Pbx, nonce: string | undefined): string {
  const { toBranch, toCSeq, toCredentials } = pbx.parts;
  pbx.cseq += 1;
  pbx.isUnauthorized = nonce === undefined;
  const credentials = nonce === undefined ? '' : authorization(pbx, nonce);
  return `${toBranch}${pbx.cseq}${toCSeq}${pbx.cseq}${toCredentials}${credentials}Content-Length: 0\r\n\r\n`;
}

function authorization(pbx: Pbx, nonce: string): string {
  pbx.nc += 1;
  const nc = pbx.nc.toString(16).padStart(8, '0');
  const response = md5(`${pbx.ha1}:${nonce}:${nc}:c0ffee00:auth:${pbx.ha2}`);
  const { toNonce, toResponse } = pbx.parts;
  return `${toNonce}${nonce}${toResponse}${response}", algorithm=MD5, qop=auth, nc=${nc}, cnonce="c0ffee00"\r\n`;
}

/** The request with another first line: all that a 200 needs is in it. */
function answerOptions(text: string): string {
  return `SIP/2.0 200 OK${text.slice(text.indexOf('\r\n'))}`;
}
