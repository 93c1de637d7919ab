import type { Rejection } from '../telemetry/index.ts';
import type { InviteView } from './invite-view.ts';

/** Extensions that both legs understand (RFC 3262, RFC 4028). */
const UNDERSTOOD: readonly string[] = ['100rel', 'timer'];

/** What makes an INVITE impossible to serve, whoever sends it. */
export function findRequestFault({ request, requestUri }: InviteView): Rejection | undefined {
  if (requestUri === undefined) return bad(`The Request-URI "${request.uri}" is neither SIP nor tel.`);
  // RFC 3261 8.1.1.8: without a Contact nobody could send requests inside the dialog.
  if (request.header('contact') === undefined) return bad('The INVITE has no Contact.');
  // RFC 3261 8.2.2.3.
  const demanded = request.headerLines('require');
  if (demanded.length === 0) return undefined;
  const unknown = demanded
    .flatMap((line) => line.split(','))
    .map((option) => option.trim())
    .filter((option) => option !== '' && !UNDERSTOOD.includes(option.toLowerCase()));
  if (unknown.length === 0) return undefined;
  const sentence = `The INVITE demands ${unknown.join(', ')}.`;
  // Only tokens may be echoed (RFC 3261 25.1).
  const named = unknown.filter((option) => /^[\w.!%*+`'~-]+$/.test(option));
  const lines = named.length === 0 ? [] : [`Unsupported: ${named.join(', ')}`];
  return { status: 420, reason: 'bad_extension', sentence, lines };
}

function bad(sentence: string): Rejection {
  return { status: 400, reason: 'bad_request', sentence };
}
