import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import { ackFor, sendAck } from './ack.ts';
import type { Dialog, ProveRequest } from './dialog.ts';
import { hangUp } from './end-dialog.ts';
import { RequestRun } from './request-run.ts';
import type { DialogContext } from './types.ts';

/** RFC 4028 section 5: no session interval below 90 s. */
export const MIN_SESSION_SEC = 90;
/** The refresh is moved by up to this much, so that many calls do not refresh at once. */
const JITTER_SEC = 5;
/** RFC 4028 section 10: a session that was not refreshed is ended this much before it expires, or a third of it. */
const MAX_MARGIN_SEC = 32;
/** Wait for another INVITE of the dialog to end. */
const BUSY_SEC = 2;

interface SessionExpires {
  readonly sec: number;
  readonly refresher: string;
}

/** `Session-Expires: 1800;refresher=uas`, also in its compact form. */
export function readSessionExpires(message: SipMessage | OutgoingMessage): SessionExpires | undefined {
  const text = message.header('session-expires');
  if (text === undefined) return undefined;
  const plainSec = secondsBeforeRefresher(text);
  if (plainSec !== undefined) return { sec: plainSec, refresher: text.endsWith('s') ? 'uas' : 'uac' };
  const match = /^\s*(\d{1,9})/.exec(text);
  if (match === null) return undefined;
  const refresher = /;\s*refresher\s*=\s*"?(uac|uas)/i.exec(text)?.[1]?.toLowerCase() ?? '';
  return { sec: Number(match[1]), refresher };
}

const REFRESHERS = [';refresher=uas', ';refresher=uac'] as const;

/** The number of a text that is as nearly everybody writes it. */
function secondsBeforeRefresher(text: string): number | undefined {
  const end = text.length - REFRESHERS[0].length;
  if (end < 1 || end > 9 || !REFRESHERS.some((refresher) => text.endsWith(refresher))) return undefined;
  let sec = 0;
  for (let at = 0; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    sec = sec * 10 + digit;
  }
  return sec;
}

const ZERO = 0x30;

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
    if (weRefresh) beginRefresh(ctx, dialog, intervalSec, intervalSec - delaySec);
    else hangUp(ctx, dialog, 'Session timer expired');
  });
  dialog.session = { intervalSec, weRefresh, cancel: () => timer.cancel() };
}

/** Refreshes, again where the peer's answer allows it, until it is too late (RFC 4028 section 10). */
function beginRefresh(ctx: DialogContext, dialog: Dialog, intervalSec: number, leftSec: number): void {
  const untilSec = leftSec - Math.min(MAX_MARGIN_SEC, intervalSec / 3);
  const deadline = ctx.wheel.after(untilSec * 1000, () => hangUp(ctx, dialog, 'Session timer expired'));
  dialog.session = { intervalSec, weRefresh: true, cancel: () => deadline.cancel() };
  refresh(ctx, dialog, intervalSec);
}

function refreshLater(ctx: DialogContext, dialog: Dialog, intervalSec: number, delaySec: number): void {
  const { session } = dialog;
  ctx.wheel.after(delaySec * 1000, () => {
    // Whatever has refreshed the session meanwhile has put another timer in its place.
    if (dialog.session === session && dialog.state === 'confirmed') refresh(ctx, dialog, intervalSec);
  });
}

/** A re-INVITE with the last session description; the application is not told. `proof` answers a challenge of it. */
function refresh(ctx: DialogContext, dialog: Dialog, intervalSec: number, proof?: ReturnType<ProveRequest>): void {
  // RFC 3261 14.1: never two INVITEs at once; a negotiation under way may refresh the session as well.
  if (dialog.ownInvite !== undefined || dialog.pendingIn > 0) {
    refreshLater(ctx, dialog, intervalSec, BUSY_SEC);
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
  for (const [name, value] of proof ?? []) message.set(name, value);
  const done = (): void => {
    if (dialog.ownInvite === run) dialog.ownInvite = undefined;
    if (dialog.ownOffer === run) dialog.ownOffer = undefined;
  };
  const run: RequestRun = new RequestRun(ctx, () => message.clone(), {
    onResponse: (response) => {
      if (response.status < 200 || dialog.state !== 'confirmed') return;
      done();
      const isChallenge = (response.status === 401 || response.status === 407) && proof === undefined;
      const proved = isChallenge ? dialog.prove?.(response, message.method) : undefined;
      if (proved !== undefined) refresh(ctx, dialog, intervalSec, proved);
      else onRefreshAnswer(ctx, dialog, message, response, intervalSec);
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
  if (response.status >= 300) {
    onRefreshRefused(ctx, dialog, response, intervalSec);
    return;
  }
  if (response.cseqMethod === 'INVITE') {
    dialog.acks.set(response.cseq, ackFor(message));
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

/** RFC 4028 section 10: 408 and 481 end the call; otherwise it lives to its end, and the refresh may be repeated. */
function onRefreshRefused(ctx: DialogContext, dialog: Dialog, response: SipMessage, intervalSec: number): void {
  const { status } = response;
  const minimumSec = Number.parseInt(response.header('min-se') ?? '', 10);
  const waitSec = Number.parseInt(response.header('retry-after') ?? '', 10);
  if (status === 408 || status === 481) hangUp(ctx, dialog, 'Session timer expired');
  else if (status === 422 && minimumSec > intervalSec) refresh(ctx, dialog, minimumSec);
  else if (status === 491) refreshLater(ctx, dialog, intervalSec, glareWaitSec(ctx, dialog));
  else if (status === 500 && waitSec >= 0) refreshLater(ctx, dialog, intervalSec, waitSec);
}

/** RFC 3261 14.1: who made the Call-ID waits longer, so that the two do not meet again. */
function glareWaitSec(ctx: DialogContext, dialog: Dialog): number {
  return dialog.role === 'uac' ? 2.1 + ctx.random.float() * 1.9 : ctx.random.float() * 2;
}
