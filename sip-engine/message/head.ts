import { Buffer } from 'node:buffer';
import { LF } from './chars.ts';
import type { SipParseCode } from './errors.ts';

/** Numbers kept for each header line, see `Head.lines`. */
export const LINE_FIELDS = 3;
/** Lines for which there is room from the start: an array that grows leaves what it was behind. */
const USUAL_LINES = 12;
export const ID_MASK = 0xff;
/** The value runs over several lines (RFC 3261 7.3.1). */
export const FOLDED = 0x100;

/**
 * Where everything of one message is: offsets into its text, filled by the scanner and the checks,
 * read by `ParsedMessage`. One object a message, nothing copied.
 */
export class Head {
  /** One character a byte: the same positions as in `bytes`. */
  readonly text: string;
  readonly bytes: Buffer;
  /** `''` on responses and where it could not be read. */
  method = '';
  /** 0 on requests. */
  status = 0;
  /** Request-URI, or the reason phrase of a response. */
  uriStart = 0;
  uriEnd = 0;
  /** Start of the first header line. */
  linesStart = 0;
  /** Three numbers a line: id | FOLDED, start of the value, end of the value. What is behind `linesEnd` is room. */
  readonly lines: number[];
  linesEnd = 0;
  bodyStart = 0;
  bodyEnd = 0;
  /** Offsets into `lines` of the headers that every message needs; -1 when absent. */
  via = -1;
  from = -1;
  to = -1;
  callId = -1;
  cseq = -1;
  maxForwards = -1;
  contentLength = -1;
  /** Id of the first header that may stand once only but was repeated; 0 when none was. */
  repeated = 0;
  /** What was read of the headers above; -1 = no tag. */
  cseqNumber = 0;
  cseqMethod = '';
  /** The top Via line is of the plain form, see `check-head.ts`. */
  isViaPlain = false;
  fromTagStart = -1;
  fromTagEnd = -1;
  toTagStart = -1;
  toTagEnd = -1;
  /** First fault of the start line, and of the header lines; lines before it are good. */
  startFault: SipParseCode | undefined = undefined;
  lineFault: SipParseCode | undefined = undefined;

  constructor(text: string, bytes: Buffer, lines = new Array<number>(USUAL_LINES * LINE_FIELDS)) {
    this.text = text;
    this.bytes = bytes;
    this.lines = lines;
  }

  valueStart(at: number): number {
    return this.lines[at + 1] ?? 0;
  }

  valueEnd(at: number): number {
    return this.lines[at + 2] ?? 0;
  }

  /** Where the name of that line begins: behind the line end before it. */
  nameStart(at: number): number {
    let start = this.valueStart(at);
    while (start > 0 && this.bytes[start - 1] !== LF) start--;
    return start;
  }

  /** The same message with `value` (one line, one character a byte) at that header line; nothing is read again. */
  withValue(at: number, value: string): Head {
    const start = this.valueStart(at);
    const end = this.valueEnd(at);
    const text = this.text.slice(0, start) + value + this.text.slice(end);
    const shift = start + value.length - end;
    const moved = (position: number) => (position < end ? position : position + shift);
    const lines = this.lines.slice();
    for (let i = at; i < this.linesEnd; i++) if (i % LINE_FIELDS !== 0) lines[i] = moved(lines[i] ?? 0);
    lines[at] = (lines[at] ?? 0) & ID_MASK;
    const bytes = Buffer.from(text, 'latin1');
    return Object.assign(new Head(text, bytes, lines), this, {
      text,
      bytes,
      lines,
      isViaPlain: false,
      bodyStart: moved(this.bodyStart),
      bodyEnd: moved(this.bodyEnd),
      fromTagStart: moved(this.fromTagStart),
      fromTagEnd: moved(this.fromTagEnd),
      toTagStart: moved(this.toTagStart),
      toTagEnd: moved(this.toTagEnd),
    });
  }
}
