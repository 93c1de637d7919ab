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
import type { LegFailure } from './leg-outcome.ts';

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

/** Sends the INVITE of one attempt. */
export function placeLeg(srf: SrfPort, req: SrfRequest, order: LegOrder): PlacedLeg {
  let sent: SentRequest | undefined;
  let cancelHeaders: SrfHeaders | undefined;
  let rang = false;
  const withdraw = (headers: SrfHeaders) => {
    cancelHeaders = headers;
    sent?.cancel({ headers }, () => undefined);
  };
  const dialog = srf.createUAC(toOptions(req, order), {
    cbRequest: (_error, request) => {
      if (request === undefined) return;
      sent = request;
      if (cancelHeaders !== undefined) withdraw(cancelHeaders);
    },
    cbProvisional: (response) => {
      if (response.status >= 180) rang = true;
      if (cancelHeaders === undefined) order.onProvisional(response);
    },
  });
  return { outcome: settle(dialog, () => rang), cancel: withdraw };
}

function toOptions(req: SrfRequest, { leg, headers }: LegOrder) {
  const hasOffer = req.body !== '' && req.body !== undefined;
  return {
    uri: leg.uri,
    headers: { ...headers },
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

async function settle(dialog: Promise<SrfDialog | UnackedDialog>, rang: () => boolean): Promise<LegOutcome> {
  try {
    const answered = await dialog;
    return 'sdp' in answered ? { kind: 'offered', dialog: answered } : { kind: 'answered', dialog: answered };
  } catch (error) {
    return { kind: 'failed', failure: toFailure(error, rang()) };
  }
}

function toFailure(error: unknown, rang: boolean): LegFailure {
  const { status, res } = error as { readonly status?: number; readonly res?: ReceivedResponse };
  // Without a status the engine could not send it; without a source address it made the response itself.
  if (status === undefined) return { status: 503, isLocal: true, rang, response: undefined };
  return { status, isLocal: !res?.source_address, rang, response: res };
}
