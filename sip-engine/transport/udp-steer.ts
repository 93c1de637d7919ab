import {
  assemble,
  give,
  giveA,
  goTo,
  ifAtLeast,
  ifEqual,
  type Line,
  loadByte,
  loadByteAtX,
  loadHalfAtX,
  loadWord,
  setX,
  subtract,
  wordOf,
} from './bpf.ts';
import type { Libc } from './libc.ts';

/** Constants of 64-bit Linux. */
const SOL_SOCKET = 1;
const SO_ATTACH_REUSEPORT_CBPF = 51;

const FIRST_SOCKET = 0;
/** No socket has this place, so that the system spreads by addresses as without a program. */
const BY_ADDRESSES = 0xffff_ffff;

/** In front of the place in the user of a Contact. */
const PLACE_MARK = 'w';
/** Where the Request-URI of `ACK` to `OPTIONS` begins. */
const URI_STARTS = [4, 5, 6, 7, 8];
/** Where the branch of the first Via can begin in a response, if that is its first header. */
const BRANCHES = { first: 40, last: 160 };
const COOKIE = 'z9hG4bK';
const WORD_BYTES = 4;

/** The user of a Contact whose requests are to come to the socket that was the port's `place`-th, the first being 0. */
export function steeringUser(place: number): string {
  return `${PLACE_MARK}${place.toString(16)}`;
}

const PROGRAM = assemble([
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

  'request',
  ...URI_STARTS.flatMap((at) => [
    loadWord(at),
    ifEqual(wordOf('sip:'), undefined, `no uri at ${at}`),
    setX(at + WORD_BYTES),
    goTo('user'),
    `no uri at ${at}`,
  ]),
  give(BY_ADDRESSES),

  'response',
  ...findBranch(),
  give(BY_ADDRESSES),
  'branch',
  loadByteAtX,
  goTo('digit'),

  'user',
  loadHalfAtX,
  subtract(wordOf(PLACE_MARK) * 256),
  ifAtLeast(256, undefined, 'digit'),
  give(BY_ADDRESSES),

  // A is the character of a hexadecimal digit; of another one comes a place that no socket has.
  'digit',
  subtract(wordOf('0')),
  ifAtLeast(10, undefined, 'place'),
  subtract(wordOf('a') - wordOf('0') - 10),
  'place',
  giveA,
]);

/**
 * There are no loops. One look at every fourth place finds the cookie by one of its first four parts, whichever of them it
 * meets; X becomes the place of what follows the cookie.
 */
function findBranch(): Line[] {
  const parts = [0, 1, 2, 3].map((skipped) => ({ skipped, word: wordOf(COOKIE.slice(skipped, skipped + WORD_BYTES)) }));
  const lines: Line[] = [];
  for (let at = BRANCHES.first; at < BRANCHES.last; at += WORD_BYTES) {
    const next = `no branch at ${at}`;
    lines.push(loadWord(at));
    for (const { skipped, word } of parts) lines.push(ifEqual(word, `${skipped} before ${at}`));
    lines.push(goTo(next));
    for (const { skipped } of parts)
      lines.push(`${skipped} before ${at}`, setX(at - skipped + COOKIE.length), goTo('branch'));
    lines.push(next);
  }
  return lines;
}

/** `struct sock_fprog`: count 0, address of the instructions 8. */
const HEAD_WORDS = 4;

/**
 * Has datagrams arrive at the socket of the worker that they belong to, so that nobody hands them over: sockets count in
 * the order in which they came to the port, which is that of the workers. REGISTERs (and REFERs, which are few) go to the first,
 * responses after the first digit of the branch, requests to a Contact with a `steeringUser` after its digit, and all else is
 * spread by addresses. It decides nothing: who gets a datagram looks whose it is. Needs no privileges. False where the
 * system does not do it; then all is spread by addresses.
 */
export function steerToOwners(libc: Libc, fd: number): boolean {
  const words = new Int32Array(HEAD_WORDS + PROGRAM.length);
  // More than V8 keeps in its heap, where it would move.
  const at = libc.addressOf(words.buffer) + HEAD_WORDS * Int32Array.BYTES_PER_ELEMENT;
  // An element of the array takes a number modulo 2^32.
  words.set([PROGRAM.length / 2, 0, at, at / 0x1_0000_0000]);
  words.set(PROGRAM, HEAD_WORDS);
  const bytes = HEAD_WORDS * Int32Array.BYTES_PER_ELEMENT;
  return libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, words, bytes) === 0;
}
