import type { LegTarget } from '../call-context.ts';
import type {
  CreateUacOptions,
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
  /** Belongs to this attempt: srf may add to it. */
  readonly headers: SrfHeaders;
  readonly onProvisional: (response: ReceivedResponse) => void;
  /** Told once, and never before `placeLeg` has returned. */
  readonly onOutcome: (outcome: LegOutcome) => void;
  /** Told in its place when something of ours went wrong. */
  readonly onFault: (error: unknown) => void;
}

/** An INVITE that is out and can be called back. */
export interface PlacedLeg {
  /** CANCEL, at once or as soon as the INVITE is out (RFC 3261 9.1). Harmless when it is over. */
  cancel(headers: SrfHeaders): void;
}

/** Sends the INVITE of one attempt; a carrier's challenge is answered once (RFC 3261 section 22.3). */
export function placeLeg(srf: SrfPort, req: SrfRequest, order: LegOrder): PlacedLeg {
  const { login } = order.leg;
  const placed = new Invite(srf, req, order, login && new LegCredentials(login));
  // Those of a second attempt are made of these.
  placed.send(login === undefined ? order.headers : { ...order.headers });
  return placed;
}

/** One object and one promise an attempt: every call makes one. */
class Invite implements PlacedLeg {
  readonly #srf: SrfPort;
  readonly #req: SrfRequest;
  readonly #order: LegOrder;
  readonly #credentials: LegCredentials | undefined;
  #sent: SentRequest | undefined;
  #cancelHeaders: SrfHeaders | undefined;
  #rang = false;
  #isRetry = false;

  constructor(srf: SrfPort, req: SrfRequest, order: LegOrder, credentials: LegCredentials | undefined) {
    this.#srf = srf;
    this.#req = req;
    this.#order = order;
    this.#credentials = credentials;
  }

  send(headers: SrfHeaders): void {
    const progress = {
      cbRequest: (_error: unknown, request?: SentRequest) => this.#onSent(request),
      cbProvisional: (response: ReceivedResponse) => this.#onProvisional(response),
    };
    this.#srf.createUAC(toOptions(this.#req, this.#order.leg, headers), progress).then(
      (dialog) => this.#tell(toAnswer(dialog)),
      (error: unknown) => this.#tell({ kind: 'failed', failure: toFailure(error, this.#rang) }),
    );
  }

  cancel(headers: SrfHeaders): void {
    this.#cancelHeaders = headers;
    this.#sent?.cancel({ headers }, () => undefined);
  }

  #onSent(request: SentRequest | undefined): void {
    if (request === undefined) return;
    this.#sent = request;
    if (this.#cancelHeaders !== undefined) this.cancel(this.#cancelHeaders);
  }

  #onProvisional(response: ReceivedResponse): void {
    if (response.status >= 180) this.#rang = true;
    if (this.#cancelHeaders === undefined) this.#order.onProvisional(response);
  }

  #tell(outcome: LegOutcome): void {
    try {
      const credentials = this.#credentials;
      if (credentials === undefined) {
        this.#order.onOutcome(outcome);
        return;
      }
      const mayRetry = !this.#isRetry && this.#cancelHeaders === undefined;
      const retry = mayRetry ? withCredentials(credentials, outcome, this.#order, this.#sent) : undefined;
      if (retry === undefined) {
        this.#order.onOutcome(proving(credentials, outcome));
        return;
      }
      this.#isRetry = true;
      this.send(retry);
    } catch (error) {
      this.#order.onFault(error);
    }
  }
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

function toOptions(req: SrfRequest, leg: LegTarget, headers: SrfHeaders): CreateUacOptions {
  const options: { -readonly [Name in keyof CreateUacOptions]: CreateUacOptions[Name] } = {
    uri: leg.uri,
    headers,
    // A tenant wrote where it goes: the engine judges what a name leads to, and goes to that very address.
    guarded: leg.kind === 'uri' || leg.kind === 'address',
    // The response must come back over the connection to the engine that the caller's INVITE came over.
    _socket: req.socket,
  };
  if (leg.proxy !== undefined) options.proxy = withSilence(leg.proxy, req);
  if (leg.flowId) options.way = { flowId: leg.flowId, silenceMs: SILENCE_MS };
  if (req.body !== '' && req.body !== undefined) options.localSdp = req.body;
  else options.noAck = true;
  return options;
}

/**
 * Only the engine sees a 100, so it is asked to give up when nothing at all comes. The embedded one, which names
 * flows, understands the parameter; drachtio-server gives up after 64 x T1.
 */
function withSilence(proxy: string, req: SrfRequest): string {
  return req.sessionToken ? `${proxy};silence=${SILENCE_MS}` : proxy;
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
