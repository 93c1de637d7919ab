import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import { sendAck } from './ack.ts';
import type { Dialog } from './dialog.ts';
import { hangUp } from './end-dialog.ts';
import { RequestRun } from './request-run.ts';
import type { DialogContext } from './types.ts';

/** RFC 4028 section 5: no session interval below 90 s. */
export const MIN_SESSION_SEC = 90;
/** The refresh is moved by up to this much, so that many calls do not refresh at once. */
const JITTER_SEC = 5;

interface SessionExpires {
  readonly sec: number;
  readonly refresher: string;
}

/** `Session-Expires: 1800;refresher=uas`, also in its compact form. */
export function readSessionExpires(message: SipMessage | OutgoingMessage): SessionExpires | undefined {
  const text = message.header('session-expires');
  const match = text === undefined ? null : /^\s*(\d{1,9})/.exec(text);
  if (match === null || text === undefined) return undefined;
  const refresher = /;\s*refresher\s*=\s*"?(uac|uas)/i.exec(text)?.[1]?.toLowerCase() ?? '';
  return { sec: Number(match[1]), refresher };
}

/** As callee: what the application gave counts, else the caller's wish; adds the header to our 2xx. */
export function negotiateAsCallee(
  ctx: DialogContext,
  dialog: Dialog,
  request: SipMessage,
  response: OutgoingMessage,
): void {
  const given = readSessionExpires(response);
  if (given !== undefined) {
    arm(ctx, dialog, Math.max(MIN_SESSION_SEC, given.sec), given.refresher === 'uas');
    return;
  }
  const wanted = readSessionExpires(request);
  const refresher = wanted?.refresher || ctx.options.defaultRefresher;
  if (wanted === undefined || refresher === 'none') return;
  const sec = Math.max(MIN_SESSION_SEC, wanted.sec);
  response.set('Session-Expires', `${sec};refresher=${refresher}`);
  arm(ctx, dialog, sec, refresher === 'uas');
}

/** As caller: the callee's 2xx decides. */
export function negotiateAsCaller(ctx: DialogContext, dialog: Dialog, response: SipMessage): void {
  const answer = readSessionExpires(response);
  if (answer !== undefined) arm(ctx, dialog, Math.max(MIN_SESSION_SEC, answer.sec), answer.refresher !== 'uas');
}

/** The peer's re-INVITE or UPDATE restarts the timer, by its own interval if it names one. */
export function restartByPeer(ctx: DialogContext, dialog: Dialog, request: SipMessage): void {
  const running = dialog.session;
  if (running === undefined) return;
  const wanted = readSessionExpires(request);
  arm(ctx, dialog, Math.max(MIN_SESSION_SEC, wanted?.sec ?? running.intervalSec), running.weRefresh);
}

function arm(ctx: DialogContext, dialog: Dialog, intervalSec: number, weRefresh: boolean): void {
  dialog.session?.cancel();
  const jitterSec = (ctx.random.float() * 2 - 1) * JITTER_SEC;
  const delaySec = weRefresh ? intervalSec / 2 + jitterSec : intervalSec;
  const timer = ctx.wheel.after(delaySec * 1000, () => {
    if (dialog.state !== 'confirmed') return;
    if (weRefresh) refresh(ctx, dialog, intervalSec);
    else hangUp(ctx, dialog, 'Session timer expired');
  });
  dialog.session = { intervalSec, weRefresh, cancel: () => timer.cancel() };
}

/** A re-INVITE with the last session description; the application is not told. */
function refresh(ctx: DialogContext, dialog: Dialog, intervalSec: number): void {
  // RFC 3261 14.1: never two INVITEs at once; a negotiation under way refreshes the session as well.
  if (dialog.ownInvite !== undefined || dialog.pendingIn > 0) {
    arm(ctx, dialog, intervalSec, true);
    return;
  }
  const session = dialog.localSession;
  const { message, hop } = dialog.buildRequest(session === undefined ? 'UPDATE' : 'INVITE');
  if (ctx.options.agent !== undefined) message.set('User-Agent', ctx.options.agent);
  message.set('Contact', dialog.localContact);
  message.set('Session-Expires', `${intervalSec};refresher=uac`);
  message.set('Min-SE', String(MIN_SESSION_SEC));
  message.set('Supported', 'timer');
  if (session !== undefined) {
    message.set('Content-Type', session.contentType);
    message.body = session.body;
  }
  const done = (): void => {
    if (dialog.ownInvite === run) dialog.ownInvite = undefined;
    if (dialog.ownOffer === run) dialog.ownOffer = undefined;
  };
  const run: RequestRun = new RequestRun(ctx, () => message.clone(), {
    onResponse: (response) => {
      if (response.status < 200 || dialog.state !== 'confirmed') return;
      done();
      onRefreshAnswer(ctx, dialog, message, response, intervalSec);
    },
    onFailed: () => {
      done();
      hangUp(ctx, dialog, 'Session timer expired');
    },
  });
  dialog.ownInvite = run;
  if (session !== undefined) dialog.ownOffer = run;
  run.start(hop, (start) => {
    if (start.kind === 'unsent') {
      done();
      hangUp(ctx, dialog, 'Session timer expired');
    }
  });
}

function onRefreshAnswer(
  ctx: DialogContext,
  dialog: Dialog,
  message: OutgoingMessage,
  response: SipMessage,
  intervalSec: number,
): void {
  if (response.status === 491) {
    arm(ctx, dialog, intervalSec, true);
    return;
  }
  if (response.status >= 300) {
    hangUp(ctx, dialog, 'Session timer expired');
    return;
  }
  if (response.cseqMethod === 'INVITE') {
    dialog.acks.set(response.cseq, { invite: message, sent: undefined });
    sendAck(
      ctx,
      dialog,
      response.cseq,
      () => undefined,
      () => undefined,
    );
  }
  const answer = readSessionExpires(response);
  arm(ctx, dialog, Math.max(MIN_SESSION_SEC, answer?.sec ?? intervalSec), answer?.refresher !== 'uas');
}
