/**
 * The face of a parsed SIP message (RFC 3261 section 7). Header names are canonical lower-case long
 * forms everywhere (`via`, `call-id`); compact forms are expanded by the parser. Nothing is parsed
 * until it is read.
 */

export type TransportName = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** Parameters of a header value or URI: lower-case name to raw value, `''` for a flag. */
export type Params = ReadonlyMap<string, string>;

export interface SipUri {
  readonly scheme: 'sip' | 'sips' | 'tel';
  /** User part as written (escapes kept), `''` when absent. */
  readonly user: string;
  readonly password: string;
  /** Host without IPv6 brackets, lower case; for `tel:` the number. */
  readonly host: string;
  /** 0 when absent. */
  readonly port: number;
  readonly params: Params;
  /** Text after `?`, `''` when absent. */
  readonly headers: string;
}

export interface Via {
  readonly transport: string;
  readonly host: string;
  readonly port: number;
  readonly branch: string;
  readonly params: Params;
}

/** From, To, Contact, Route, Record-Route, Path, Refer-To …: `"name" <uri>;params` or the bare form. */
export interface NameAddr {
  readonly displayName: string;
  /** URI text byte for byte, without brackets. */
  readonly uri: string;
  readonly params: Params;
}

export interface SipMessage {
  readonly isRequest: boolean;
  /** The request's method, or the CSeq method of a response. */
  readonly method: string;
  /** Request-URI byte for byte; `''` on responses. */
  readonly uri: string;
  /** 0 on requests. */
  readonly status: number;
  readonly reason: string;
  readonly body: Buffer;
  /** The message as received. */
  readonly raw: Buffer;

  /** First header line of that name: unfolded, trimmed. `undefined` when absent. */
  header(name: string): string | undefined;
  /** Every header line of that name, in order, one string a line. */
  headerLines(name: string): readonly string[];
  /** Every value of that name: comma lists are split, quotes and angle brackets respected. */
  headerValues(name: string): readonly string[];
  /** Every header line in wire order, names as spelled. */
  entries(): Iterable<readonly [name: string, value: string]>;

  readonly callId: string;
  /** `''` when absent. */
  readonly fromTag: string;
  readonly toTag: string;
  readonly cseq: number;
  readonly cseqMethod: string;
  readonly topVia: Via;
}
