import { answerLines, type SipMessage, statusLine } from './message/index.ts';
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
  const { status, lines, toTag } = answer;
  const stampVia = (line: string) => stampViaLine(line, source);
  let text = statusLine(status, answer.reason) + answerLines(request, stampVia, toTag);
  for (const extra of lines) text += `${extra}\r\n`;
  return `${text}Content-Length: 0\r\n\r\n`;
}
