import type { SrfDialog, SrfHeaders } from '../srf-adapter.ts';
import type { AnsweredLeg } from './place-leg.ts';

/** Ends a leg that nobody wants any more. */
export function releaseLeg(answered: AnsweredLeg): void {
  if (answered.kind === 'answered') destroyDialog(answered.dialog, {});
  else answered.dialog.destroy().catch(() => undefined);
}

/** BYE, unless the dialog is gone already. */
export function destroyDialog(dialog: SrfDialog, headers: SrfHeaders): void {
  if (dialog.connected) dialog.destroy({ headers }, () => undefined);
}
