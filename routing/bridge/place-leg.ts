import type { LegTarget } from '../call-context.ts';
import type {
  ReceivedResponse,
  SentRequest,
  SrfDialog,
  SrfHeaders,
  SrfPort,
  SrfRequest,
  UnackedDialog,
} from '../srf-adapter.ts';
import { LegCredentials } from './leg-credentials.ts';
import type { LegFailure } from './leg-outcome.ts';
import { ProvingDialog } from './proving-dialog.ts';

/** No response at all for this long, not even 100, is silence (interface.md, Bindings). */
const SILENCE_MS = 4000;

export type LegOutcome =
  | { readonly kind: 'answered'; readonly dialog: SrfDialog }
  | { readonly kind: 'offered'; readonly dialog: UnackedDialog }
  | { readonly kind: 'failed'; readonly failure: LegFailure };

export type AnsweredLeg = Exclude<LegOutcome, { readonly kind: 'failed' }>;

export interface LegOrder {
  readonly leg: LegTarget;
  readonly headers: SrfHeaders;
  readonly onProvisional: (response: ReceivedResponse) => void;
}

/** An INVITE that is out and can be called back. */
export interface PlacedLeg {
  readonly outcome: Promise<LegOutcome>;
  /** CANCEL, at once or as soon as the INVITE is out (RFC 3261 9.1). Harmless when it is over. */
  cancel(headers: SrfHeaders): void;
}

/** Sends the INVITE of one attempt; a carrier's challenge is answered once (RFC 3261 section 22.3). */
export function placeLeg(srf: SrfPort, req: SrfRequest, order: LegOrder): PlacedLeg {
  let sent: SentRequest | undefined;
  let cancelHeaders: SrfHeaders | undefined;
  let rang = false;
  const withdraw = (headers: SrfHeaders) => {
    cancelHeaders = headers;
    sent?.cancel({ headers }, () => undefined);
  };
  const invite = (headers: SrfHeaders) =>
    settle(
      srf.createUAC(toOptions(req, { ...order, headers }), {
        cbRequest: (_error, request) => {
          if (request === undefined) return;
          sent = request;
          if (cancelHeaders !== undefined) withdraw(cancelHeaders);
        },
        cbProvisional: (response) => {
          if (response.status >= 180) rang = true;
          if (cancelHeaders === undefined) order.onProvisional(response);
        },
      }),
      () => rang,
    );
  const { login } = order.leg;
  if (login === undefined) return { outcome: invite(order.headers), cancel: withdraw };
  const credentials = new LegCredentials(login);
  const outcome = invite(order.headers).then(async (first) => {
    const retry = cancelHeaders === undefined ? withCredentials(credentials, first, order, sent) : undefined;
    return proving(credentials, retry === undefined ? first : await invite(retry));
  });
  return { outcome, cancel: withdraw };
}

/** The headers of the second INVITE, of the same Call-ID and From (RFC 3261 section 22.2), or nothing to answer. */
function withCredentials(
  credentials: LegCredentials,
  outcome: LegOutcome,
  { leg, headers }: LegOrder,
  sent: SentRequest | undefined,
): SrfHeaders | undefined {
  const response = outcome.kind === 'failed' ? outcome.failure.response : undefined;
  const proof = sent && response && credentials.answer(response, 'INVITE', leg.uri);
  if (sent === undefined || proof === undefined) return undefined;
  return {
    ...headers,
    From: sent.get('from') ?? headers.From ?? '',
    'Call-ID': sent.get('call-id') ?? '',
    CSeq: `${Number.parseInt(sent.get('cseq') ?? '1', 10) + 1} INVITE`,
    ...proof,
  };
}

/** Who challenged the INVITE, or may yet challenge what follows, gets proof inside the call as well. */
function proving(credentials: LegCredentials, outcome: LegOutcome): LegOutcome {
  if (outcome.kind === 'failed') return outcome;
  if (outcome.kind === 'answered') return { ...outcome, dialog: new ProvingDialog(outcome.dialog, credentials) };
  const { dialog } = outcome;
  const ack = async (sdp: string) => new ProvingDialog(await dialog.ack(sdp), credentials);
  return { ...outcome, dialog: { sdp: dialog.sdp, res: dialog.res, ack, destroy: () => dialog.destroy() } };
}

function toOptions(req: SrfRequest, { leg, headers }: LegOrder) {
  const hasOffer = req.body !== '' && req.body !== undefined;
  return {
    uri: leg.uri,
    headers: { ...headers },
    // A tenant wrote where it goes: the engine judges what a name leads to, and goes to that very address.
    guarded: leg.kind === 'uri' || leg.kind === 'address',
    // The response must come back over the connection to the engine that the caller's INVITE came over.
    _socket: req.socket,
    ...(leg.proxy === undefined ? {} : { proxy: withSilence(leg.proxy, req) }),
    ...(hasOffer ? { localSdp: req.body } : { noAck: true }),
  };
}

/**
 * Only the engine sees a 100, so it is asked to give up when nothing at all comes. The embedded one, which names
 * flows, understands the parameter; drachtio-server gives up after 64 x T1.
 */
function withSilence(proxy: string, req: SrfRequest): string {
  return req.sessionToken ? `${proxy};silence=${SILENCE_MS}` : proxy;
}

function settle(dialog: Promise<SrfDialog | UnackedDialog>, rang: () => boolean): Promise<LegOutcome> {
  return dialog.then(toAnswer, (error: unknown) => ({ kind: 'failed', failure: toFailure(error, rang()) }));
}

function toAnswer(dialog: SrfDialog | UnackedDialog): LegOutcome {
  return 'sdp' in dialog ? { kind: 'offered', dialog } : { kind: 'answered', dialog };
}

function toFailure(error: unknown, rang: boolean): LegFailure {
  const { status, res } = error as { readonly status?: number; readonly res?: ReceivedResponse };
  // Without a status the engine could not send it; without a source address it made the response itself.
  // Its own listen points it refuses in these words, as drachtio-server does.
  if (/request to myself/.test((error as Error).message))
    return { status: 403, isLocal: true, rang, response: undefined };
  if (status === undefined) return { status: 503, isLocal: true, rang, response: undefined };
  return { status, isLocal: !res?.source_address, rang, response: res };
}
