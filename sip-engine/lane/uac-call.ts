import { completeRequest, lacksContentType } from '../control/complete.ts';
import type { Hub } from '../control/hub.ts';
import { chooseHop, namesUs } from '../control/next-hop.ts';
import { readRequestUri } from '../control/request-line.ts';
import { contactOf, type Dialog, type NextHop, type Outgoing } from '../dialog/index.ts';
import type { OutgoingMessage } from '../message/index.ts';
import { appRequest } from './app-message.ts';
import type { CallLaneContext, ResponseTaker } from './context.ts';
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
  const call = new UacCall(ctx, options, progress, outcome);
  const prepared = prepare(ctx.hub, options);
  if (prepared.ok) call.send(prepared.request, prepared.hop);
  else call.fail(prepared.reason);
  return outcome.promise;
}

type Prepared =
  | { readonly ok: true; readonly request: OutgoingMessage; readonly hop: NextHop }
  | { readonly ok: false; readonly reason: string };

/** The INVITE and where it goes first, or why it cannot be sent: in the words of the control protocol. */
function prepare(hub: Hub, { uri, headers, localSdp: body, proxy = '', way, guarded }: LaneUacOptions): Prepared {
  const target = readRequestUri(uri);
  if (target === undefined) return { ok: false, reason: 'invalid request-uri' };
  if (namesUs(hub.deps, target)) return { ok: false, reason: 'can not send request to myself' };
  try {
    const request = completeRequest(appRequest('INVITE', uri, headers, body), hub.deps.ports, hub.usual);
    if (lacksContentType(request)) return { ok: false, reason: 'missing content-type' };
    const choice = chooseHop(hub, request, proxy, way);
    if (!choice.ok) return choice;
    return { ok: true, request, hop: guarded === true ? { ...choice.hop, guard: {} } : choice.hop };
  } catch (error) {
    return { ok: false, reason: String(error) };
  }
}

class UacCall implements ResponseTaker {
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

  fail(reason: string): void {
    const error = new Error(reason);
    this.#progress.cbRequest(error);
    this.#outcome.reject(error);
  }

  send(request: OutgoingMessage, hop: NextHop): void {
    const { hub, owner, decorate } = this.#ctx;
    hub.dialogs.sendNew(owner, request, hop, decorate, (result) => {
      if (!result.ok) return this.fail(result.reason);
      const { outgoing } = result;
      if (outgoing !== undefined) outgoing.attached = this;
      this.#progress.cbRequest(null, new SentInvite(hub, request, outgoing));
    });
  }

  onResponse(response: ResponseView, { dialogId, confirmed }: Outgoing): void {
    if (response.status < 200) this.#provisional(response, dialogId);
    else if (response.status >= 300) this.#outcome.reject(new LaneRefusal(response));
    else if (confirmed !== undefined) this.#answered(response, confirmed);
  }

  #provisional(response: ResponseView, dialogId: string): void {
    this.#progress.cbProvisional(response);
    const rseq = response.get('rseq');
    if (rseq === undefined) return;
    // RFC 3262 section 7.2: what is acknowledged, and the INVITE it belongs to.
    const headers = { RAck: `${rseq} ${response.get('cseq')}` };
    this.#ctx.sendInDialog(dialogId, { method: 'PRACK', headers }, NOBODY, ignore);
  }

  #answered(response: ResponseView, confirmed: Dialog): void {
    const { localSdp, noAck } = this.#options;
    if (localSdp === undefined && noAck === true && response.body !== '') {
      this.#outcome.resolve(this.#offered(response, confirmed));
      return;
    }
    this.#ctx.sendAck(confirmed, undefined);
    const dialog = this.#open(response, confirmed);
    if (dialog !== undefined) {
      this.#outcome.resolve(dialog);
      return;
    }
    // Nobody will have the dialog: the callee must not stay in the call.
    this.#ctx.sendInDialog(confirmed, { method: 'BYE' }, NOBODY, ignore);
    this.#outcome.reject(new LaneRefusal(response, 500, 'No Contact header in response'));
  }

  /** The other side has made the offer; the answer goes into the ACK (RFC 3261 13.2.1). */
  #offered(response: ResponseView, confirmed: Dialog): LaneUnackedDialog {
    return {
      sdp: response.body,
      res: response,
      ack: async (sdp) => {
        this.#ctx.sendAck(confirmed, sdp);
        const dialog = this.#open(response, confirmed);
        if (dialog === undefined) throw new Error('no Contact header in response');
        return dialog;
      },
      destroy: async () => {
        this.#ctx.sendAck(confirmed, response.body);
        this.#open(response, confirmed)?.destroy();
      },
    };
  }

  /** RFC 3261 12.1.2; without a Contact there is nowhere to send anything more. */
  #open(response: ResponseView, dialog: Dialog): DialogEnd | undefined {
    const remoteUri = contactOf(response.message);
    return remoteUri === undefined ? undefined : new DialogEnd(this.#ctx, dialog, remoteUri, response.body, response);
  }
}

class SentInvite extends MessageView implements LaneSentRequest {
  readonly method = 'INVITE';
  readonly #hub: Hub;
  readonly #outgoing: Outgoing | undefined;

  constructor(hub: Hub, invite: OutgoingMessage, outgoing: Outgoing | undefined) {
    super(invite);
    this.#hub = hub;
    this.#outgoing = outgoing;
  }

  cancel(options: Parameters<LaneSentRequest['cancel']>[0], callback?: (error: unknown) => void): void {
    const headers = Object.entries(options.headers ?? {});
    const isCancelled = this.#outgoing !== undefined && this.#hub.dialogs.cancelOutgoing(this.#outgoing, headers);
    callback?.(isCancelled ? null : new Error('nothing to cancel'));
  }
}

const ignore = (): void => undefined;
const NOBODY: ResponseTaker = { onResponse: ignore };
