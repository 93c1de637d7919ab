import { completeRequest, decorateFor, lacksContentType } from '../control/complete.ts';
import type { Hub } from '../control/hub.ts';
import { chooseHop, isOwnUri } from '../control/next-hop.ts';
import { isRequestUri } from '../control/request-line.ts';
import { contactOf, type NextHop } from '../dialog/index.ts';
import type { OutgoingMessage } from '../message/index.ts';
import { toAppMessage } from './app-message.ts';
import type { CallLaneContext } from './context.ts';
import { DialogEnd } from './lane-dialog.ts';
import { MessageView, type ResponseView } from './lane-message.ts';
import { LaneRefusal } from './refusal.ts';
import type { LaneDialog, LaneSentRequest, LaneUacOptions, LaneUacProgress, LaneUnackedDialog } from './types.ts';

/** INVITE out of every dialog, to its end: answered, refused or not sent at all. */
export function callOut(
  ctx: CallLaneContext,
  options: LaneUacOptions,
  progress: LaneUacProgress,
): Promise<LaneDialog | LaneUnackedDialog> {
  const outcome = Promise.withResolvers<LaneDialog | LaneUnackedDialog>();
  const fail = (reason: string): void => {
    const error = new Error(reason);
    progress.cbRequest(error);
    outcome.reject(error);
  };
  const prepared = prepare(ctx.hub, options);
  if (!prepared.ok) {
    fail(prepared.reason);
    return outcome.promise;
  }
  const { request, hop } = prepared;
  ctx.hub.dialogs.sendNew(ctx.owner, request, hop, decorateFor(ctx.hub.deps.transport), (result) => {
    if (!result.ok) return fail(result.reason);
    const call = new UacCall(ctx, options, progress, outcome);
    ctx.takers.set(result.transactionId, (response, id) => call.receive(response, id));
    progress.cbRequest(null, new SentInvite(ctx, request, result.transactionId));
  });
  return outcome.promise;
}

type Prepared =
  | { readonly ok: true; readonly request: OutgoingMessage; readonly hop: NextHop }
  | { readonly ok: false; readonly reason: string };

/** The INVITE and where it goes first, or why it cannot be sent: in the words of the control protocol. */
function prepare(hub: Hub, { uri, headers, localSdp: body, proxy = '', guarded }: LaneUacOptions): Prepared {
  if (!isRequestUri(uri)) return { ok: false, reason: 'invalid request-uri' };
  if (isOwnUri(hub.deps, uri)) return { ok: false, reason: 'can not send request to myself' };
  try {
    const request = completeRequest(toAppMessage({ method: 'INVITE', uri, headers, body }), hub.deps.ports);
    if (lacksContentType(request)) return { ok: false, reason: 'missing content-type' };
    const choice = chooseHop(hub, request, proxy);
    if (!choice.ok) return choice;
    return { ok: true, request, hop: guarded === true ? { ...choice.hop, guard: {} } : choice.hop };
  } catch (error) {
    return { ok: false, reason: String(error) };
  }
}

class UacCall {
  readonly #ctx: CallLaneContext;
  readonly #options: LaneUacOptions;
  readonly #progress: LaneUacProgress;
  readonly #outcome: PromiseWithResolvers<LaneDialog | LaneUnackedDialog>;

  constructor(
    ctx: CallLaneContext,
    options: LaneUacOptions,
    progress: LaneUacProgress,
    outcome: PromiseWithResolvers<LaneDialog | LaneUnackedDialog>,
  ) {
    this.#ctx = ctx;
    this.#options = options;
    this.#progress = progress;
    this.#outcome = outcome;
  }

  receive(response: ResponseView, dialogId: string): void {
    if (response.status < 200) this.#provisional(response, dialogId);
    else if (response.status < 300) this.#answered(response, dialogId);
    else this.#outcome.reject(new LaneRefusal(response));
  }

  #provisional(response: ResponseView, dialogId: string): void {
    this.#progress.cbProvisional(response);
    const rseq = response.get('rseq');
    if (rseq === undefined) return;
    // RFC 3262 section 7.2: what is acknowledged, and the INVITE it belongs to.
    const headers = { RAck: `${rseq} ${response.get('cseq')}` };
    this.#ctx.sendInDialog(dialogId, { method: 'PRACK', headers }, ignore, ignore);
  }

  #answered(response: ResponseView, dialogId: string): void {
    const { localSdp, noAck } = this.#options;
    if (localSdp === undefined && noAck === true && response.body !== '') {
      this.#outcome.resolve(this.#offered(response, dialogId));
      return;
    }
    this.#ctx.sendAck(dialogId, undefined);
    const dialog = this.#open(response, dialogId);
    if (dialog !== undefined) {
      this.#outcome.resolve(dialog);
      return;
    }
    // Nobody will have the dialog: the callee must not stay in the call.
    this.#ctx.sendInDialog(dialogId, { method: 'BYE' }, ignore, ignore);
    this.#outcome.reject(new LaneRefusal(response, 500, 'No Contact header in response'));
  }

  /** The other side has made the offer; the answer goes into the ACK (RFC 3261 13.2.1). */
  #offered(response: ResponseView, dialogId: string): LaneUnackedDialog {
    return {
      sdp: response.body,
      res: response,
      ack: async (sdp) => {
        this.#ctx.sendAck(dialogId, sdp);
        const dialog = this.#open(response, dialogId);
        if (dialog === undefined) throw new Error('no Contact header in response');
        return dialog;
      },
      destroy: async () => {
        this.#ctx.sendAck(dialogId, response.body);
        this.#open(response, dialogId)?.destroy();
      },
    };
  }

  /** RFC 3261 12.1.2; without a Contact there is nowhere to send anything more. */
  #open(response: ResponseView, id: string): DialogEnd | undefined {
    const { message } = response;
    const remoteUri = contactOf(message);
    if (remoteUri === undefined) return undefined;
    const { callId, fromTag: localTag, toTag: remoteTag } = message;
    const seed = { id, callId, localTag, remoteTag, remoteUri, remoteSdp: response.body, res: response };
    return new DialogEnd(this.#ctx, seed);
  }
}

class SentInvite extends MessageView implements LaneSentRequest {
  readonly method = 'INVITE';
  readonly #ctx: CallLaneContext;
  readonly #transactionId: string;

  constructor(ctx: CallLaneContext, invite: OutgoingMessage, transactionId: string) {
    super(invite);
    this.#ctx = ctx;
    this.#transactionId = transactionId;
  }

  cancel(options: Parameters<LaneSentRequest['cancel']>[0], callback?: (error: unknown) => void): void {
    const found = this.#ctx.hub.dialogs.cancel(this.#transactionId, Object.entries(options.headers ?? {}));
    callback?.(found === undefined ? new Error('nothing to cancel') : null);
  }
}

const ignore = (): void => undefined;
