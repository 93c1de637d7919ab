import type { Dialog } from './dialog.ts';

/** Whose offer waits for its answer (RFC 3264 section 4): another one cannot be taken meanwhile. */
export function pendingOffer(dialog: Dialog): 'ours' | 'theirs' | undefined {
  if (dialog.ownOffer !== undefined) return 'ours';
  // The offer in a 2xx to an INVITE without one is answered in the ACK.
  for (const { value } of dialog.acks.entries()) {
    const { hadOffer, sent } = value;
    if (sent === undefined && !hadOffer) return 'theirs';
  }
  return dialog.peerInvite?.invite?.pendingOffer;
}
