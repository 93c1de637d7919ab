import { answer } from './answer.ts';
import { hangUp } from './end-dialog.ts';
import { cancelOutgoing } from './send.ts';
import type { DialogContext, Owner } from './types.ts';

/** Ends everything an application left behind: BYE, CANCEL, and 500 to what it had not answered. */
export function endOrphans(ctx: DialogContext, owner: Owner): void {
  endUnanswered(ctx, owner);
  for (const dialog of ctx.table.ownedBy(owner)) {
    if (dialog.state === 'confirmed') hangUp(ctx, dialog, 'application gone');
    else if (dialog.role === 'uas') ctx.table.remove(dialog);
  }
}

/** Ends what nobody had answered: CANCEL to whom it called, 500 to who called it. Answered calls stay. */
export function endUnanswered(ctx: DialogContext, owner: Owner): void {
  for (const incoming of ctx.incoming.values()) {
    if (incoming.owner !== owner) continue;
    if (incoming.invite !== undefined) incoming.invite.orphaned();
    else {
      // The dialog has ended with the BYE, whoever says so.
      answer(ctx, incoming.transaction, incoming.message.method === 'BYE' ? 200 : 500);
      incoming.finish();
    }
  }
  for (const outgoing of ctx.outgoing.values()) {
    if (outgoing.owner !== owner || outgoing.method !== 'INVITE') continue;
    outgoing.silent = true;
    cancelOutgoing(outgoing, []);
  }
}

/** Drops the calls an application left behind without a word to the peers. */
export function forgetOrphans(ctx: DialogContext, owner: Owner): void {
  endUnanswered(ctx, owner);
  for (const dialog of ctx.table.ownedBy(owner)) ctx.table.remove(dialog);
}
