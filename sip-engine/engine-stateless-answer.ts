import { reasonPhrase, type SipMessage } from './message/index.ts';
import { type Source, stampViaLine } from './transaction/index.ts';

export interface StatelessAnswer {
  readonly status: number;
  /** Default: the standard phrase. */
  readonly reason?: string | undefined;
  /** For the To when the request's has none. */
  readonly toTag: string;
  /** Further header lines without CR LF, free of control characters. */
  readonly lines: readonly string[];
}

/**
 * A whole response as text, put together from slices of the request (RFC 3261 8.2.6): Via with `received`
 * and `rport`, From, To with a tag, Call-ID, CSeq. What a broken request lacks is left out.
 */
export function renderAnswer(request: SipMessage, source: Source, answer: StatelessAnswer): string {
  const { status, lines } = answer;
  let text = `SIP/2.0 ${status} ${answer.reason ?? reasonPhrase(status)}\r\n`;
  const vias = request.headerLines('via');
  for (let i = 0; i < vias.length; i++) {
    const via = vias[i] ?? '';
    text += `Via: ${i === 0 ? stampViaLine(via, source) : via}\r\n`;
  }
  text += line('From', request.header('from'));
  const to = request.header('to');
  text += line('To', to === undefined || request.toTag !== '' ? to : `${to};tag=${answer.toTag}`);
  text += line('Call-ID', request.header('call-id'));
  text += line('CSeq', request.header('cseq'));
  for (const extra of lines) text += `${extra}\r\n`;
  return `${text}Content-Length: 0\r\n\r\n`;
}

function line(name: string, value: string | undefined): string {
  return value === undefined ? '' : `${name}: ${value}\r\n`;
}
