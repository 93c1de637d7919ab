import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import type { Dialog } from './dialog.ts';
import type { DialogContext } from './types.ts';

type Message = SipMessage | OutgoingMessage;

/** What a SUBSCRIBE without Expires asks for; event packages name their own (RFC 6665 4.2.1.3). */
const DEFAULT_SEC = 3600;

/** After a 2xx to SUBSCRIBE, of either side: what it grants, else what was asked for. */
export function expireAfterSubscribe(ctx: DialogContext, dialog: Dialog, request: Message, response: Message): void {
  const granted = readSeconds(response.header('expires')) ?? readSeconds(request.header('expires'));
  expireIn(ctx, dialog, granted ?? DEFAULT_SEC);
}

/** After a NOTIFY of either side: `Subscription-State: active;expires=60` tells what is left. */
export function expireAfterNotify(ctx: DialogContext, dialog: Dialog, notify: Message): void {
  const left = /;\s*expires\s*=\s*(\d{1,10})/i.exec(notify.header('subscription-state') ?? '')?.[1];
  if (left !== undefined) expireIn(ctx, dialog, Number(left));
}

/** RFC 6665 4.1.2.3: over without a final NOTIFY as well, once one could no longer be on its way. */
function expireIn(ctx: DialogContext, dialog: Dialog, sec: number): void {
  if (dialog.usage !== 'SUBSCRIBE' || dialog.state === 'ended') return;
  dialog.expiry?.cancel();
  dialog.expiry = ctx.wheel.after(sec * 1000 + 64 * ctx.timers.t1Ms, () => ctx.table.remove(dialog));
}

function readSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : undefined;
}
