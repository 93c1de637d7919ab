import { hash } from 'node:crypto';
import { hexNumber } from './hex.ts';
import { RecentNonces, setCodes } from './recent-nonces.ts';
import { SignedText } from './signed-text.ts';

export interface NonceOptions {
  /** Kept outside and the same after a restart, so that nonces of an earlier start are told from forged ones. */
  readonly secret: string;
  /** Differs at every start, e.g. the start's epoch seconds. */
  readonly startEpoch: number;
  readonly lifetimeSec: number;
  /** Where this thread's counters begin; threads that share an epoch need ranges of their own. @default 1 */
  readonly firstCounter?: number;
}

/** Addresses whose tag is kept; beyond it all are made anew. */
const MOST_TAGS = 4096;

/** Realms whose text to be signed is kept: a kilobyte each. */
const MOST_TEXTS = 16_384;

/** What a nonce turned out to be. `issuedSec` and `counter` are to be trusted only when it is `valid`. */
export interface NonceCheck {
  readonly state: 'valid' | 'stale' | 'foreign' | 'other_address' | 'previous_start';
  readonly issuedSec: number;
  /** Unique among the nonces of one start. */
  readonly counter: number;
}

// seconds, epoch, counter (hexadecimal), tag of the source address, signature (base64url)
const EPOCH_AT = 8;
const COUNTER_AT = 16;
const LOW_AT = 26;
const TAG_AT = 28;
const SIGNATURE_AT = 36;
const LENGTH = 58;

/** A nonce from further ahead was made before the clock was set back. */
const CLOCK_STEP_SEC = 60;

/**
 * Stateless nonces: time, start epoch, a counter and a keyed tag of the source address, signed together with the
 * realm. SHA-256 keyed by prefix and cut to 132 bits: the state that a length extension would need is not told, and it
 * is one native call.
 */
export class NonceSigner {
  readonly #signKey: string;
  readonly #tagKey: string;
  readonly #epoch: string;
  readonly #lifetimeSec: number;
  readonly #tags = new Map<string, string>();
  /** What was signed last, by realm: only some characters change from one nonce to the next. */
  readonly #texts = new Map<string, SignedText>();
  readonly #recent = new RecentNonces(LENGTH);
  readonly #issued = Buffer.allocUnsafeSlow(LENGTH);
  #counter: number;
  #headSecond = Number.NaN;
  #headStart = '';

  constructor(options: NonceOptions) {
    this.#signKey = `nonce:${options.secret}:`;
    this.#tagKey = `address:${options.secret}:`;
    this.#epoch = hex(options.startEpoch % 0x1_0000_0000, 8);
    this.#lifetimeSec = options.lifetimeSec;
    this.#counter = options.firstCounter ?? 1;
  }

  get lifetimeSec(): number {
    return this.#lifetimeSec;
  }

  /** Characters of every nonce. */
  get length(): number {
    return LENGTH;
  }

  /** A new nonce for that realm and source address; no two are alike. */
  issue(realm: string, sourceAddress: string, nowMs: number): string {
    this.issueCodes(realm, sourceAddress, nowMs);
    return this.#issued.toString('latin1');
  }

  /** `issue` as characters in memory that is written to again by the next. */
  issueCodes(realm: string, sourceAddress: string, nowMs: number): Uint8Array {
    const text = this.#textOf(realm);
    // Piece by piece: a text put together would have to be copied before its characters can be read.
    setCodes(text.place, 0, this.#startOf(Math.floor(nowMs / 1000)));
    setCodes(text.place, LOW_AT, BYTES[this.#counter & 0xff] ?? '');
    setCodes(text.place, TAG_AT, this.#tag(sourceAddress));
    const issued = this.#issued;
    issued.set(text.place);
    setCodes(issued, SIGNATURE_AT, text.sign().slice(0, LENGTH - SIGNATURE_AT));
    this.#recent.putCodes(this.#counter, issued, realm);
    this.#counter += 1;
    return issued;
  }

  /** Seconds, epoch and counter but its last two digits, in which alone two in a row differ. */
  #startOf(second: number): string {
    if ((this.#counter & 0xff) === 0 || second !== this.#headSecond) {
      this.#headSecond = second;
      this.#headStart = hex(second, 8) + this.#epoch + hex(Math.floor(this.#counter / 0x100), 10);
    }
    return this.#headStart;
  }

  /** Tells ours, for this realm and source, and fresh, from all others. */
  check(nonce: string, realm: string, sourceAddress: string, nowMs: number): NonceCheck {
    if (nonce.length !== LENGTH) return FOREIGN;
    const counter = counterOf(nonce);
    if (!this.#recent.has(counter, nonce, realm)) {
      if (this.#sign(nonce.slice(0, SIGNATURE_AT), realm) !== nonce.slice(SIGNATURE_AT)) return FOREIGN;
      this.#recent.put(counter, nonce, realm);
    }
    const issuedSec = hexNumber(nonce, 0, EPOCH_AT);
    return { state: this.#judge(nonce, issuedSec, sourceAddress, nowMs), issuedSec, counter };
  }

  #judge(nonce: string, issuedSec: number, sourceAddress: string, nowMs: number): NonceCheck['state'] {
    if (!nonce.startsWith(this.#tag(sourceAddress), TAG_AT)) return 'other_address';
    if (!nonce.startsWith(this.#epoch, EPOCH_AT)) return 'previous_start';
    const ageSec = nowMs / 1000 - issuedSec;
    return ageSec > this.#lifetimeSec || ageSec < -CLOCK_STEP_SEC ? 'stale' : 'valid';
  }

  /** A challenge and the answer to it come from one address, so the second tag is nearly always known. */
  #tag(sourceAddress: string): string {
    const known = this.#tags.get(sourceAddress);
    if (known !== undefined) return known;
    const tag = hash('sha256', this.#tagKey + sourceAddress, 'base64url').slice(0, SIGNATURE_AT - TAG_AT);
    if (this.#tags.size >= MOST_TAGS) this.#tags.clear();
    this.#tags.set(sourceAddress, tag);
    return tag;
  }

  #textOf(realm: string): SignedText {
    const known = this.#texts.get(realm);
    if (known !== undefined) return known;
    const text = new SignedText(this.#signKey, SIGNATURE_AT, `:${realm}`);
    if (this.#texts.size >= MOST_TEXTS) this.#texts.clear();
    this.#texts.set(realm, text);
    return text;
  }

  /** What a stranger sent may hold any character: it is not written where ours are. */
  #sign(head: string, realm: string): string {
    return hash('sha256', `${this.#signKey}${head}:${realm}`, 'base64url').slice(0, LENGTH - SIGNATURE_AT);
  }
}

/** The counter that a nonce claims, unchecked: only good as a key for what was stored under a checked one. */
function counterOf(nonce: string): number {
  return hexNumber(nonce, COUNTER_AT, TAG_AT);
}

const FOREIGN: NonceCheck = { state: 'foreign', issuedSec: 0, counter: 0 };

/** `00` to `ff`. */
const BYTES: readonly string[] = Array.from({ length: 0x100 }, (_, value) => hex(value, 2));

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0');
}
