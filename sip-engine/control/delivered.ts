import type { SipMessage } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';

/**
 * The bytes of a received message as applications get them: header for header as they came, but with
 * `rport` in the top Via of requests, CR LF line ends, and a Content-Length when the peer left it out.
 */
export function deliveredBytes(message: SipMessage, flow: Flow | undefined): Buffer {
  const { raw } = message;
  const headEnd = endOfHead(raw);
  let head = raw.toString('latin1', 0, headEnd.at);
  const before = head;
  if (/(^|[^\r])\n/.test(head)) head = head.replace(/\r?\n/g, '\r\n');
  if (message.isRequest && flow !== undefined) head = withRport(head, flow.remotePort);
  if (message.header('content-length') === undefined) head += `\r\nContent-Length: ${message.body.length}`;
  const declared = raw.length - headEnd.at - headEnd.length;
  if (head === before && headEnd.length === 4 && declared === message.body.length) return raw;
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), message.body]);
}

function endOfHead(raw: Buffer): { readonly at: number; readonly length: number } {
  const strict = raw.indexOf('\r\n\r\n');
  const loose = raw.indexOf('\n\n');
  if (strict >= 0 && (loose < 0 || strict < loose)) return { at: strict, length: 4 };
  if (loose >= 0) return { at: loose, length: 2 };
  return { at: raw.length, length: 0 };
}

const TOP_VIA = /(\r\n(?:via|v)[ \t]*:[ \t]*)((?:[^",\r]|"(?:[^"\\\r]|\\.)*"|\r\n[ \t])*)/i;

/** RFC 3581 for clients that did not ask as well: applications read the source port there. */
function withRport(head: string, port: number): string {
  return head.replace(TOP_VIA, (whole, name: string, value: string) =>
    /;\s*rport\s*=/i.test(value) ? whole : `${name}${value.replace(/;\s*rport(?=\s*(;|$))/i, '')};rport=${port}`,
  );
}
