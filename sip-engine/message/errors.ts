import type { SipMessage } from './types.ts';

export type SipParseCode =
  | 'empty'
  | 'start_line'
  | 'version'
  | 'header_syntax'
  | 'missing_header'
  | 'duplicate_header'
  | 'bad_header'
  | 'cseq_mismatch'
  | 'content_length'
  | 'bad_uri'
  | 'uri_scheme'
  | 'message_too_large'
  | 'body_too_large'
  | 'uri_too_long'
  | 'header_too_long'
  | 'too_many_headers';

export interface SipParseDetails {
  /** The answer it deserves; 0 = drop silently (responses, ACK, what is no SIP at all). */
  readonly status: number;
  /** Reason phrase of that answer; the standard one when absent. */
  readonly reason?: string;
  readonly partial?: SipMessage | undefined;
}

/** A message, header or URI that is refused; says which answer it deserves. */
export class SipParseError extends Error {
  override readonly name = 'SipParseError';
  readonly code: SipParseCode;
  readonly status: number;
  /** `Bad From Header` and the like, `''` where the standard phrase of `status` serves. */
  readonly reason: string;
  /** What was wrong: a lower-case header name, `start-line`, `uri`, `body` or `message`. */
  readonly part: string;
  /** What could be read all the same (top Via, From, To, Call-ID, CSeq), for building the answer. */
  readonly partial: SipMessage | undefined;

  constructor(code: SipParseCode, part: string, details: SipParseDetails) {
    super(`${part}: ${code.replaceAll('_', ' ')}`);
    this.code = code;
    this.part = part;
    this.status = details.status;
    this.reason = details.reason ?? '';
    this.partial = details.partial;
  }
}

/** Text for an outgoing message that would break out of its field: CR, LF, NUL or a bad name. */
export class SipInjectionError extends Error {
  override readonly name = 'SipInjectionError';
  readonly code = 'sip_injection';
  /** Header name, `method`, `uri`, `reason`. */
  readonly part: string;

  constructor(part: string) {
    super(`${JSON.stringify(part)} cannot be put into a SIP message: forbidden characters`);
    this.part = part;
  }
}
