import { OutgoingMessage, type SipMessage } from '../message/index.ts';

/** These tell the caller what to change, so that a repeated request may succeed (RFC 3261 16.7 step 6). */
const TELLING: ReadonlySet<number> = new Set([401, 407, 415, 420, 484]);

/** RFC 3261 16.7 step 6: a 6xx if there is one, else of the lowest class, there the most telling, else the first. */
export function bestResponse(responses: readonly SipMessage[]): SipMessage | undefined {
  let best: SipMessage | undefined;
  for (const response of responses) {
    if (best === undefined || rank(response.status) < rank(best.status)) best = response;
  }
  return best;
}

function rank(status: number): number {
  if (status >= 600) return 0;
  const kind = Math.floor(status / 100) * 10;
  // 503 speaks for one server only: any other 5xx says more.
  return kind + (TELLING.has(status) ? 0 : status === 503 ? 2 : 1);
}

/** The response as it goes back to the caller: our Via off; a lone 503 is no word on all of us (step 6); a challenge brings those of the other branches along (step 7). */
export function responseUpstream(chosen: SipMessage, all: readonly SipMessage[] = []): OutgoingMessage {
  const response = chosen.status === 503 ? withStatus(chosen, 500) : OutgoingMessage.fromMessage(chosen);
  response.takeFirst('via');
  if (chosen.status !== 401 && chosen.status !== 407) return response;
  for (const other of all) {
    if (other === chosen || (other.status !== 401 && other.status !== 407)) continue;
    for (const challenge of other.headerLines('www-authenticate')) response.add('WWW-Authenticate', challenge);
    for (const challenge of other.headerLines('proxy-authenticate')) response.add('Proxy-Authenticate', challenge);
  }
  return response;
}

/** Header for header the same, but for what speaks of the status. */
function withStatus(message: SipMessage, status: number): OutgoingMessage {
  const response = OutgoingMessage.response(status);
  for (const [name, value] of OutgoingMessage.fromMessage(message).remove('retry-after').entries()) {
    response.add(name, value);
  }
  response.body = message.body;
  return response;
}
