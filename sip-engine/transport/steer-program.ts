import {
  assemble,
  give,
  giveA,
  goTo,
  ifAtLeast,
  ifEqual,
  keepA,
  keepX,
  type Line,
  loadByte,
  loadByteFromX,
  loadHalfFromX,
  loadWord,
  loadWordFromX,
  modulo,
  multiply,
  recallA,
  recallX,
  setA,
  setX,
  shiftRight,
  subtract,
  wordOf,
  xorWithX,
} from './bpf.ts';
import { CALL_ID_HASH } from './call-id-hash.ts';

const FIRST_SOCKET = 0;
/** No socket has this place, so that the system spreads by addresses as without a program. */
const BY_ADDRESSES = 0xffff_ffff;

/** In front of the place in the user of a Contact. */
const PLACE_MARK = 'w';
/** The mark and a digit. */
const USER_CHARS = 2;
/** Where the Request-URI of `ACK` to `OPTIONS` begins. */
const URI_STARTS = [4, 5, 6, 7, 8];
/** What a call is told by before its dialog has a tag: the first letters of INVITE, CANCEL and ACK. */
const CALL_METHODS = ['INVI', 'CANC', 'ACK '];
const COOKIE = 'z9hG4bK';
const CALL_ID = 'Call-ID: ';
const WORD_BYTES = 4;

/** Where to look for a text: at offsets from `first` to `last`. */
interface Range {
  readonly first: number;
  readonly last: number;
}
/** The branch of the first Via in a response, if that is its first header. */
const BRANCHES: Range = { first: 40, last: 160 };
/** With this there are 3,398 instructions of the 4,096 that are allowed. */
const CALL_IDS: Range = { first: 20, last: 700 };
/** Characters of a Call-ID: of a longer one comes another hash, and it is spread as by chance. */
const CALL_ID_CHARS = 64;
/** Places for numbers of its own. */
const [HASH, CALL_ID_AT, METHOD] = [0, 1, 2];

/** The user of a Contact whose requests are to come to the socket that was the port's `place`-th, the first being 0. */
export function steeringUser(place: number): string {
  return `${PLACE_MARK}${place.toString(16)}`;
}

/**
 * The program that gives each datagram to one of `sockets`, as they came to the port: a REGISTER (and a REFER, which is rare)
 * to the first; a response after the first digit of its branch; a request to a Contact with a `steeringUser` after its
 * digit; other INVITEs, CANCELs and ACKs by the hash of the Call-ID, where they are wanted; all else by addresses. Headers are
 * looked for in the form and about where nearly everybody has them; a message that ends before the search does goes to the first.
 */
export function steerProgram(sockets: number, withCallIds: boolean): Int32Array {
  return assemble([
    ...byFirstLetters(),
    ...request(withCallIds),
    ...(withCallIds ? callId(sockets) : []),
    ...response(),
    ...digit(sockets),
  ]);
}

function byFirstLetters(): Line[] {
  return [
    loadByte(0),
    ifAtLeast(wordOf('A'), 'message'),
    // A keep-alive: to read beyond its end would give it to the first.
    give(BY_ADDRESSES),
    'message',
    ifEqual(wordOf('R'), undefined, 'no register'),
    give(FIRST_SOCKET),
    'no register',
    loadWord(0),
    ifEqual(wordOf('SIP/'), undefined, 'request'),
    goTo('response'),
  ];
}

function request(withCallIds: boolean): Line[] {
  const isCall = CALL_METHODS.flatMap((start) => [
    ifEqual(wordOf(start), undefined, `no ${start}`),
    goTo('call'),
    `no ${start}`,
  ]);
  return [
    'request',
    keepA(METHOD),
    ...URI_STARTS.flatMap((at) => [
      loadWord(at),
      ifEqual(wordOf('sip:'), undefined, `no uri at ${at}`),
      setX(at + WORD_BYTES),
      loadByteFromX(USER_CHARS),
      ifEqual(wordOf('@'), undefined, 'no contact'),
      loadHalfFromX(0),
      subtract(wordOf(PLACE_MARK) * 256),
      ifAtLeast(256, 'no contact'),
      goTo('digit'),
      `no uri at ${at}`,
    ]),
    'no contact',
    recallA(METHOD),
    ...(withCallIds ? isCall : []),
    give(BY_ADDRESSES),
  ];
}

/** The same hash as `hashOfCallId` has. */
function callId(sockets: number): Line[] {
  const { basis, prime, foldBits } = CALL_ID_HASH;
  const chars = Array.from({ length: CALL_ID_CHARS }, (_, at) => at);
  return [
    'call',
    ...find(CALL_ID, { looksFor: 2, range: CALL_IDS, found: 'call id' }),
    give(BY_ADDRESSES),
    'call id',
    // Call-Info looks alike in the middle, and other names end so.
    loadWordFromX(0),
    ifEqual(wordOf('Call'), undefined, 'no call id'),
    loadWordFromX(WORD_BYTES),
    ifEqual(wordOf('-ID:'), 'value'),
    'no call id',
    give(BY_ADDRESSES),
    'value',
    keepX(CALL_ID_AT),
    setA(basis),
    keepA(HASH),
    ...chars.flatMap((at) => [
      loadByteFromX(CALL_ID.length + at),
      ifAtLeast(0x21, `character ${at}`),
      goTo('hashed'),
      `character ${at}`,
      recallX(HASH),
      xorWithX,
      multiply(prime),
      keepA(HASH),
      recallX(CALL_ID_AT),
    ]),
    'hashed',
    recallA(HASH),
    shiftRight(foldBits),
    recallX(HASH),
    xorWithX,
    modulo(sockets),
    giveA,
  ];
}

function response(): Line[] {
  return [
    'response',
    ...find(COOKIE, { looksFor: 0, range: BRANCHES, found: 'branch' }),
    give(BY_ADDRESSES),
    'branch',
    loadByteFromX(COOKIE.length),
    goTo('digit'),
  ];
}

/** A is a character: the place of a worker if it is its digit. Behind their sockets may stand those of watched peers. */
function digit(sockets: number): Line[] {
  return [
    'digit',
    subtract(wordOf('0')),
    ifAtLeast(10, undefined, 'place'),
    subtract(wordOf('a') - wordOf('0') - 10),
    'place',
    ifAtLeast(sockets, undefined, 'worker'),
    give(BY_ADDRESSES),
    'worker',
    giveA,
  ];
}

interface Search {
  /** Four words of the text, one from each of so many characters on, are what is looked for. */
  readonly looksFor: number;
  readonly range: Range;
  /** Where to go on, with X where the text begins. */
  readonly found: string;
}

/** There are no loops. One look at every fourth place meets one of four words of the text that begin next to each other. */
function find(text: string, { looksFor, range, found }: Search): Line[] {
  const words = [0, 1, 2, 3].map((next) => {
    const begin = looksFor + next;
    return { begin, word: wordOf(text.slice(begin, begin + WORD_BYTES)) };
  });
  const lines: Line[] = [];
  for (let at = range.first; at < range.last; at += WORD_BYTES) {
    const next = `no ${found} at ${at}`;
    lines.push(loadWord(at));
    for (const { begin, word } of words) lines.push(ifEqual(word, `${found} ${begin} before ${at}`));
    lines.push(goTo(next));
    for (const { begin } of words) lines.push(`${found} ${begin} before ${at}`, setX(at - begin), goTo(found));
    lines.push(next);
  }
  return lines;
}
