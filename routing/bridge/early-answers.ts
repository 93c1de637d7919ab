import type { CallContext } from '../call-context.ts';
import { passResponse, type ReceivedResponse, type SrfRequest, type SrfResponse } from '../srf-adapter.ts';
import type { Call } from './call.ts';
import { answerHeaders } from './header-policy.ts';

/** Longest wait for the PRACK of a provisional answer before the 200 goes out all the same. */
const PRACK_WAIT_MS = 500;

/** What the caller hears before the answer: provisional responses and early media. */
export class EarlyAnswers {
  readonly #context: CallContext;
  readonly #res: SrfResponse;
  /** RFC 3262 section 3: only a caller that demands it gets reliable provisional responses. */
  readonly #isReliable: boolean;
  #lastSdp = '';
  #openPracks = 0;
  #prackDone: (() => void) | undefined;
  #stopRinging: () => void = () => undefined;

  constructor(context: CallContext, req: SrfRequest, res: SrfResponse) {
    this.#context = context;
    this.#res = res;
    this.#isReliable = context.invite.request.headerLines('require').some((line) => /\b100rel\b/i.test(line));
    req.on('update', (update, answer) => this.#answerUpdate(update, answer));
  }

  /** Runs when the two legs are joined. */
  onJoined(stop: () => void): void {
    this.#stopRinging = stop;
  }

  joined(): void {
    this.#stopRinging();
  }

  /** Passes a provisional response of the called side on, its session description untouched. */
  relay(response: ReceivedResponse): void {
    if (response.status <= 100 || this.#res.finalResponseSent) return;
    const headers = answerHeaders(this.#context, response);
    if (response.body !== '') this.#lastSdp = response.body;
    const options = response.body === '' ? { headers } : { headers, body: response.body };
    if (!this.#isReliable) {
      passResponse(this.#res, response.status, options);
      return;
    }
    headers.Require = '100rel';
    this.#openPracks += 1;
    passResponse(this.#res, response.status, options, () => this.#onPrack());
  }

  get hasOpenPracks(): boolean {
    return this.#openPracks > 0;
  }

  /**
   * Resolves when every reliable provisional response was acknowledged (RFC 3262 section 3), after half a second, or when
   * the call ends: whoever answered it must be told.
   */
  async pracks(call: Pick<Call, 'after' | 'onEnd'>): Promise<void> {
    if (!this.hasOpenPracks) return;
    await new Promise<void>((resolve) => {
      call.onEnd(resolve);
      const stop = call.after(PRACK_WAIT_MS, resolve);
      this.#prackDone = () => {
        stop();
        resolve();
      };
    });
  }

  #onPrack(): void {
    this.#openPracks -= 1;
    if (this.#openPracks === 0) this.#prackDone?.();
  }

  /** RFC 3311 section 5.2: an UPDATE before the answer gets the session as it stands, or 500 when there is none. */
  #answerUpdate(update: SrfRequest, answer: SrfResponse): void {
    const isRefresh = update.body === '' || update.body === undefined;
    if (isRefresh) answer.send(200, undefined, {});
    else if (this.#lastSdp === '') answer.send(500, undefined, { headers: { 'Retry-After': '5' } });
    else answer.send(200, undefined, { headers: { 'Content-Type': 'application/sdp' }, body: this.#lastSdp });
  }
}
