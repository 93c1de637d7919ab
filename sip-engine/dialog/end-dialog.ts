import type { Dialog } from './dialog.ts';
import { RequestRun } from './request-run.ts';
import type { DialogContext } from './types.ts';

const NOTHING = { onResponse: () => undefined, onFailed: () => undefined };

/**
 * Ends a call by ourselves: BYE with a `Reason` (RFC 3326) to the peer, and the owner is told with the
 * BYE that was sent.
 */
export function hangUp(ctx: DialogContext, dialog: Dialog, text: string): void {
  if (dialog.state === 'ended') return;
  const { message, hop } = dialog.buildRequest('BYE');
  if (ctx.options.agent !== undefined) message.set('User-Agent', ctx.options.agent);
  message.set('Reason', `SIP;cause=200;text="${text}"`);
  ctx.table.remove(dialog);
  const run = new RequestRun(ctx, () => message.clone(), NOTHING);
  run.start(hop, (start) => {
    const sent = start.kind === 'sent' ? start : { message, flow: dialog.flow };
    const detail = text === 'Session timer expired' ? 'session-expired' : 'system-initiated-termination';
    ctx.user.onCdr({ kind: 'stop', source: 'application', detail, text: sent.message.toBuffer() });
    if (!dialog.owner.gone) ctx.user.onDialogEnded(dialog, sent.message, sent.flow);
  });
}
