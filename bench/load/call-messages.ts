/** What the carrier hears, read from one answer. */
export interface CallerHeard {
  readonly index: number;
  readonly status: number;
  readonly method: 'INVITE' | 'BYE';
  /** Of an INVITE's 200: ACK and BYE; of its refusal: the ACK. */
  readonly next: readonly string[];
}

/** The calling side of calls that are known by a number. */
export interface CallerSide {
  invite(index: number, did: string): string;
  read(bytes: Buffer): CallerHeard | undefined;
}

const SDP =
  'v=0\r\no=carrier 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0 101\r\n' +
  'a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n';

/** `run` tells the Call-IDs of one round from those of another. */
export function callerSide(run: string, localPort: number, serverPort: number): CallerSide {
  const local = `127.0.0.2:${localPort}`;
  const head = (method: string, uri: string, index: number, cseq: number) =>
    `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${local};branch=z9hG4bK${run}-${index}-${cseq}${method}\r\n` +
    `Max-Forwards: 70\r\nFrom: "Caller" <sip:+4915112345678@127.0.0.2>;tag=c${index}\r\nCall-ID: ${index}@${run}\r\n` +
    `CSeq: ${cseq} ${method}\r\n`;
  // RFC 3261 17.1.1.3: by the branch of its INVITE.
  const ackOfRefusal = (index: number, to: string) =>
    `${head('ACK', uriOf(to), index, 1).replace('-1ACK\r\n', '-1INVITE\r\n')}To: ${to}\r\nContent-Length: 0\r\n\r\n`;
  return {
    invite: (index, did) =>
      `${head('INVITE', `sip:${did}@127.0.0.1:${serverPort}`, index, 1)}To: <sip:${did}@127.0.0.1>\r\n` +
      `Contact: <sip:carrier@${local}>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\nUser-Agent: bench\r\n` +
      `Content-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`,
    read(bytes) {
      const text = bytes.toString('latin1');
      const callId = field(text, 'Call-ID');
      const at = callId.indexOf('@');
      if (!text.startsWith('SIP/2.0') || callId.slice(at + 1) !== run) return undefined;
      const index = Number(callId.slice(0, at));
      const status = Number(text.slice(8, 11));
      const method = field(text, 'CSeq').endsWith('BYE') ? 'BYE' : 'INVITE';
      if (method === 'BYE' || status < 200) return { index, status, method, next: [] };
      if (status > 299) return { index, status, method, next: [ackOfRefusal(index, field(text, 'To'))] };
      const target = uriOf(field(text, 'Contact'));
      const routes = text.match(/^Record-Route: .*$/gm) ?? [];
      const rest = `${routes
        .reverse()
        .map((line) => `Route: ${line.slice('Record-Route: '.length).trim()}\r\n`)
        .join('')}To: ${field(text, 'To')}\r\nContent-Length: 0\r\n\r\n`;
      return {
        index,
        status,
        method,
        next: [`${head('ACK', target, index, 1)}${rest}`, `${head('BYE', target, index, 2)}${rest}`],
      };
    },
  };
}

const uriOf = (address: string): string => /<([^>]+)>/.exec(address)?.[1] ?? '';

/** First line of that name, as servers of our own runs write it. */
export function field(text: string, name: string): string {
  const start = text.indexOf(`\r\n${name}: `);
  return start < 0 ? '' : text.slice(start + name.length + 4, text.indexOf('\r\n', start + 2));
}
