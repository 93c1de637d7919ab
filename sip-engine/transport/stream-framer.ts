import { findContentLength, isSipStartLine, LENGTH_INVALID, LENGTH_MISSING, mayStartSip } from './frame-scan.ts';

const CR = 13;
const LF = 10;
const END_OF_HEADERS = Buffer.from('\r\n\r\n');
const FIRST_ALLOCATION_BYTES = 2_048;

/**
 * Why a stream cannot be framed any further. Bytes delivered with one are the header section alone,
 * so that the peer can be answered (513 to `too_large`, 400 to the others) before the connection goes.
 */
export type FrameFault = 'garbage' | 'bad_length' | 'no_length' | 'too_large' | 'incomplete';

export interface FrameLimits {
  readonly maxHeaderBytes: number;
  readonly maxMessageBytes: number;
}

export interface FrameSink {
  /** One whole message; with a fault its header section, after which the framer takes nothing more. */
  onFrame(bytes: Buffer, fault?: FrameFault): void;
  /** A double CRLF between messages (RFC 5626 section 4.4.1), at most once a chunk. */
  onPing(): void;
}

/**
 * Cuts a byte stream into SIP messages by Content-Length (RFC 3261 section 18.3). Messages that lie whole
 * in one chunk are handed out as views of it; only the rest of a chunk is copied, into a buffer that grows
 * with what was really sent.
 */
export class StreamFramer {
  readonly #limits: FrameLimits;
  readonly #sink: FrameSink;
  #held: Buffer | undefined;
  #heldBytes = 0;
  /** Held bytes already searched for the end of the headers. */
  #searched = 0;
  /** Length of the whole held message, 0 while its headers are incomplete. */
  #need = 0;
  #startLineSeen = false;
  /** Bytes of CR LF CR LF seen in a row between messages. */
  #crlf = 0;
  #stopped = false;

  constructor(limits: FrameLimits, sink: FrameSink) {
    this.#limits = limits;
    this.#sink = sink;
  }

  /** True while a message has begun and not ended. */
  get partial(): boolean {
    return this.#heldBytes > 0;
  }

  /** Memory taken by a message that has begun, bytes. */
  get heldCapacity(): number {
    return this.#held?.length ?? 0;
  }

  /** True after a fault or `stop()`. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Takes the next bytes of the stream; returns the fault that ended it, if one did. */
  push(chunk: Buffer): FrameFault | undefined {
    let pinged = false;
    let rest = chunk;
    while (!this.#stopped && rest.length > 0) {
      if (this.#heldBytes === 0) {
        const start = this.#skipLineEnds(rest);
        if (this.#crlf === 4) {
          this.#crlf = 0;
          if (!pinged) this.#sink.onPing();
          pinged = true;
        }
        rest = rest.subarray(start);
        if (rest.length === 0 || rest[0] === CR || rest[0] === LF) continue;
        this.#crlf = 0;
      }
      const step = this.#heldBytes === 0 ? this.#takeFromChunk(rest) : this.#takeIntoHeld(rest);
      if (typeof step === 'string') return this.#fail(step);
      rest = rest.subarray(step);
    }
    return undefined;
  }

  /** Gives up on a message that does not come to its end: its headers, when whole, are delivered as `incomplete`. */
  abandon(): void {
    const held = this.#held;
    if (this.#stopped || held === undefined || this.#need === 0) {
      this.stop();
      return;
    }
    const bytes = held.subarray(0, this.#heldBytes);
    this.stop();
    this.#sink.onFrame(bytes, 'incomplete');
  }

  /** Takes no more input and frees what is held. */
  stop(): void {
    this.#stopped = true;
    this.#clear();
  }

  /** Up to and including the byte that completes a ping, so that pings behind it count as well. */
  #skipLineEnds(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && this.#crlf < 4) {
      const byte = bytes[at];
      if (byte !== CR && byte !== LF) break;
      const expected = this.#crlf % 2 === 0 ? CR : LF;
      if (byte === expected) this.#crlf++;
      else this.#crlf = byte === CR ? 1 : 0;
      at++;
    }
    return at;
  }

  /** A message that starts in `bytes`: the number of bytes used, or the fault. */
  #takeFromChunk(bytes: Buffer): number | FrameFault {
    const fault = this.#checkStart(bytes, bytes.length);
    if (fault !== undefined) return fault;
    const end = bytes.indexOf(END_OF_HEADERS);
    if (end < 0) {
      if (bytes.length > this.#limits.maxHeaderBytes) return 'too_large';
      this.#hold(bytes, 0);
      return bytes.length;
    }
    const need = this.#lengthOf(bytes, end + 4);
    if (typeof need === 'string') return need;
    if (bytes.length < need) {
      this.#hold(bytes, need);
      return bytes.length;
    }
    this.#clear();
    this.#sink.onFrame(bytes.subarray(0, need));
    return need;
  }

  #takeIntoHeld(bytes: Buffer): number | FrameFault {
    if (this.#need > 0) return this.#fill(bytes);
    const before = this.#heldBytes;
    const used = Math.min(bytes.length, this.#limits.maxHeaderBytes + 4 - before);
    const held = this.#append(used === bytes.length ? bytes : bytes.subarray(0, used));
    const fault = this.#checkStart(held, this.#heldBytes);
    if (fault !== undefined) return fault;
    const end = held.subarray(0, this.#heldBytes).indexOf(END_OF_HEADERS, Math.max(0, this.#searched - 3));
    if (end < 0) {
      this.#searched = this.#heldBytes;
      return this.#heldBytes > this.#limits.maxHeaderBytes ? 'too_large' : used;
    }
    const need = this.#lengthOf(held, end + 4);
    if (typeof need === 'string') return need;
    this.#need = need;
    // What was appended beyond this message belongs to the next one: give it back.
    const excess = Math.max(0, this.#heldBytes - need);
    this.#heldBytes -= excess;
    if (this.#heldBytes === need) this.#emitHeld(held);
    return used - excess;
  }

  #fill(bytes: Buffer): number {
    const used = Math.min(bytes.length, this.#need - this.#heldBytes);
    const held = this.#append(bytes.subarray(0, used));
    if (this.#heldBytes === this.#need) this.#emitHeld(held);
    return used;
  }

  #emitHeld(held: Buffer): void {
    const message = held.subarray(0, this.#heldBytes);
    this.#clear();
    this.#sink.onFrame(message);
  }

  /** Whole length of the message whose headers end at `headerEnd`; on a fault the headers are delivered with it. */
  #lengthOf(bytes: Buffer, headerEnd: number): number | FrameFault {
    const length = findContentLength(bytes, headerEnd);
    if (length >= 0 && headerEnd <= this.#limits.maxHeaderBytes && headerEnd + length <= this.#limits.maxMessageBytes) {
      return headerEnd + length;
    }
    const fault = length === LENGTH_MISSING ? 'no_length' : length === LENGTH_INVALID ? 'bad_length' : 'too_large';
    this.#stopped = true;
    this.#sink.onFrame(bytes.subarray(0, headerEnd), fault);
    return fault;
  }

  /** Garbage is seen at its first byte or at the end of its first line, not when a limit is reached. */
  #checkStart(bytes: Buffer, length: number): FrameFault | undefined {
    if (this.#startLineSeen) return undefined;
    if (!mayStartSip(bytes, length)) return 'garbage';
    const lineEnd = bytes.subarray(0, length).indexOf(LF, Math.max(0, this.#searched - 1));
    if (lineEnd < 0) return undefined;
    this.#startLineSeen = true;
    return isSipStartLine(bytes, lineEnd) ? undefined : 'garbage';
  }

  #hold(bytes: Buffer, need: number): void {
    this.#append(bytes);
    this.#searched = bytes.length;
    this.#need = need;
  }

  #append(bytes: Buffer): Buffer {
    const total = this.#heldBytes + bytes.length;
    let held = this.#held;
    if (held === undefined || held.length < total) {
      const grown = Buffer.allocUnsafeSlow(Math.max(total, FIRST_ALLOCATION_BYTES, 2 * (held?.length ?? 0)));
      held?.copy(grown, 0, 0, this.#heldBytes);
      held = grown;
      this.#held = grown;
    }
    bytes.copy(held, this.#heldBytes);
    this.#heldBytes = total;
    return held;
  }

  #clear(): void {
    this.#held = undefined;
    this.#heldBytes = 0;
    this.#searched = 0;
    this.#need = 0;
    this.#startLineSeen = false;
  }

  #fail(fault: FrameFault): FrameFault {
    this.stop();
    return fault;
  }
}
