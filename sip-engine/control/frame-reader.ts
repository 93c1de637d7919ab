/** Why a control connection's bytes cannot be read on: the connection is closed without an answer. */
export class FrameError extends Error {
  readonly code: 'frame_not_a_length' | 'frame_too_long';

  constructor(code: FrameError['code']) {
    super(code);
    this.name = 'FrameError';
    this.code = code;
  }
}

const HASH = 0x23;
const EMPTY = Buffer.alloc(0);

/**
 * Cuts a byte stream into frames `<decimal byte length>#<payload>`; TCP may split and join them anywhere.
 * Memory is bounded by the largest frame allowed (bytes).
 */
export class FrameReader {
  readonly #maxBytes: number;
  /** Largest frame now: the first one of a connection may be held to less. */
  #limitBytes: number;
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Total bytes wanted before the next attempt, so that a long frame is not joined again for every segment. */
  #wanted = 0;

  constructor(maxBytes: number, maxFirstBytes = maxBytes) {
    this.#maxBytes = maxBytes;
    this.#limitBytes = maxFirstBytes;
  }

  /** @throws FrameError when what comes is not a length, or one over the limit. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < this.#wanted) return [];
    let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#buffered);
    const frames: Buffer[] = [];
    this.#wanted = 0;
    while (rest.length > 0) {
      const header = this.#readLength(rest);
      if (header === undefined) break;
      const end = header.start + header.length;
      if (rest.length < end) {
        this.#wanted = end;
        break;
      }
      if (header.length > 0) {
        frames.push(rest.subarray(header.start, end));
        this.#limitBytes = this.#maxBytes;
      }
      rest = rest.subarray(end);
    }
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#buffered = rest.length;
    return frames;
  }

  /** Bytes held back for a frame not yet whole. */
  get buffered(): number {
    return this.#buffered;
  }

  clear(): void {
    this.#chunks = [];
    this.#buffered = 0;
    this.#wanted = 0;
  }

  #readLength(bytes: Buffer): { readonly start: number; readonly length: number } | undefined {
    let length = 0;
    const maxDigits = String(this.#limitBytes).length;
    const limit = Math.min(bytes.length, maxDigits + 1);
    for (let i = 0; i < limit; i++) {
      const byte = bytes[i] ?? 0;
      if (byte === HASH && i > 0) {
        if (length > this.#limitBytes) throw new FrameError('frame_too_long');
        return { start: i + 1, length };
      }
      if (byte < 0x30 || byte > 0x39) throw new FrameError('frame_not_a_length');
      length = length * 10 + (byte - 0x30);
    }
    if (bytes.length > maxDigits) throw new FrameError('frame_too_long');
    return undefined;
  }
}

/** One frame's bytes: the lead line and, after CR LF, the SIP message. */
export function encodeFrame(leadLine: string, sip: Buffer = EMPTY): Buffer {
  const length = Buffer.byteLength(leadLine, 'utf8') + (sip.length > 0 ? 2 + sip.length : 0);
  const head = `${length}#${leadLine}${sip.length > 0 ? '\r\n' : ''}`;
  const headBytes = Buffer.from(head, 'utf8');
  return sip.length > 0 ? Buffer.concat([headBytes, sip], headBytes.length + sip.length) : headBytes;
}
