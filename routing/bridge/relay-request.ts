import {
  type DialogRequestOptions,
  passResponse,
  type ReceivedResponse,
  type SrfDialog,
  type SrfMessage,
  type SrfRequest,
  type SrfResponse,
} from '../srf-adapter.ts';

/** Headers of a request inside the call that cross to the other leg. */
const REQUEST_HEADERS = [
  'Content-Type',
  'Event',
  'Subscription-State',
  'Info-Package',
  'Refer-To',
  'Referred-By',
  'Target-Dialog',
  'Content-Disposition',
];
const ANSWER_HEADERS = ['Content-Type', 'Retry-After', 'Warning'];

/** INFO, NOTIFY, MESSAGE, UPDATE, REFER: the other side's final answer is the answer. */
export function relayRequest(to: SrfDialog, req: SrfRequest, res: SrfResponse): void {
  to.request(toOptions(req, REQUEST_HEADERS), (error, response) => {
    if (isFault(error)) res.send(481, undefined, {});
    else if (response !== undefined && response.status >= 200) answer(res, response);
  });
}

/**
 * re-INVITE: hold, codec change, T.38. `request` is used and not `modify`, which after one refusal waits for
 * ever. An offerless one is answered with the other side's offer, and the ACK carries the answer across.
 */
export function relayReinvite(from: SrfDialog, to: SrfDialog, req: SrfRequest, res: SrfResponse): void {
  const isOfferless = req.body === '' || req.body === undefined;
  const options = toOptions(req, ['Content-Type']);
  to.request(isOfferless ? { ...options, noAck: true } : options, (error, response, ack) => {
    if (isFault(error)) {
      res.send(481, undefined, {});
      return;
    }
    if (response === undefined || response.status < 200) return;
    if (isOfferless && response.status < 300) onAckOf(from, req, (message) => ack?.({ body: message.body }));
    answer(res, response);
  });
}

/** The ACK of that request and not a late one of an earlier request (RFC 3261 13.2.2.4: same CSeq number). */
function onAckOf(dialog: SrfDialog, req: SrfMessage, done: (ack: SrfMessage) => void): void {
  dialog.once('ack', (ack) => {
    if (seqOf(ack) === seqOf(req)) done(ack);
    else onAckOf(dialog, req, done);
  });
}

function seqOf(message: SrfMessage): number {
  return Number.parseInt(message.get('cseq') ?? '', 10);
}

function isFault(error: unknown): boolean {
  return error !== null && error !== undefined;
}

function toOptions(req: SrfRequest, names: readonly string[]): DialogRequestOptions {
  const headers = pick(req, names);
  const hasBody = req.body !== '' && req.body !== undefined;
  return { method: req.method, headers, ...(hasBody ? { body: req.body } : {}) };
}

function answer(res: SrfResponse, response: ReceivedResponse): void {
  // A challenge of the other leg is not for this side; 491 and 481 must arrive as they are (RFC 3261 14.1).
  const isChallenge = response.status === 401 || response.status === 407;
  const headers = pick(response, ANSWER_HEADERS);
  const hasBody = response.body !== '' && response.body !== undefined;
  if (isChallenge) res.send(488, undefined, {});
  else passResponse(res, response.status, hasBody ? { headers, body: response.body } : { headers });
}

function pick(message: SrfMessage, names: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of names) {
    const value = message.get(name);
    if (value !== undefined && value !== '') headers[name] = value;
  }
  return headers;
}
