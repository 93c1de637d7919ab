import type { LegTarget } from '../call-context.ts';
import type { SrfDialog } from '../srf-adapter.ts';
import { audioCodec } from './audio-codec.ts';
import type { Call, CallEnd } from './call.ts';
import { calleeDialog } from './leg-dialog.ts';
import type { Leg } from './leg-pair.ts';
import type { AnsweredLeg } from './place-leg.ts';
import { reinvite } from './reinvite.ts';
import { destroyDialog, releaseLeg } from './release-leg.ts';
import type { TransferOrder } from './transfer.ts';
import type { TransferNotifier } from './transfer-notifier.ts';

export interface TransferJoin extends TransferOrder {
  /** Who stays. */
  readonly remaining: Leg;
  /** The call that the transferor's trunk makes. */
  readonly made: Call;
  /** The session description that the target answered. */
  readonly offer: string;
  readonly notifier: TransferNotifier;
}

/** The target has answered: who stays is told its session description, and the transferor is let go. */
export async function connectTransferred(join: TransferJoin, leg: LegTarget, answered: AnsweredLeg): Promise<void> {
  const { made, call, remaining, offer } = join;
  if (answered.kind === 'offered' || call.isEnded || made.isEnded) {
    releaseLeg(answered);
    return;
  }
  const { dialog } = answered;
  const taken = await reinvite(remaining.dialog, dialog.remote.sdp);
  const isWell = taken !== undefined && (isSameMedia(taken, offer) || (await reinvite(dialog, taken)) !== undefined);
  if (!isWell || call.isEnded || made.isEnded) {
    destroyDialog(dialog, {});
    if (!made.isEnded) fail(join);
    return;
  }
  replaceLeg(join, leg, dialog);
}

function fail({ made, pair, notifier }: TransferJoin): void {
  pair.pending = undefined;
  made.refuse({ status: 488, reason: 'pbx_failed', sentence: 'Who was transferred did not take the new session.' });
  notifier.finish(488);
}

function replaceLeg(join: TransferJoin, target: LegTarget, dialog: SrfDialog): void {
  const { call, made, pair, transferor, remaining, notifier, listen } = join;
  const { options, admitted, config } = made.context;
  const { trunk, carrier } = options[admitted] ?? {};
  const address = dialog.res.source_address || target.remoteAddress;
  const leg: Leg = { side: transferor.side, recordedAs: 'callee', call: made, dialog, trunk, carrier, address };
  const state = calleeDialog(dialog.res, target, trunk?.id);
  made.answer({
    caller: undefined,
    callee: {
      callId: dialog.res.get('call-id') ?? '',
      remote: `${dialog.res.source_address}:${dialog.res.source_port}`,
      contact: state.target,
      dialog: state,
    },
    codec: audioCodec(dialog.res.body),
  });
  pair.pending = undefined;
  pair.replace(transferor, leg);
  listen(leg);
  // A crash must not hang up on who has left.
  call.dropLeg(transferor.recordedAs);
  const tearDown = (end: CallEnd) => {
    const headers = { Reason: `SIP;cause=200;text="${end.reason}"` };
    for (const { dialog: one } of [remaining, leg]) destroyDialog(one, headers);
  };
  call.onTearDown((end) => {
    tearDown(end);
    pair.endLinked(end);
  });
  made.onTearDown((end) => call.hangUp(end));
  made.after(config.maxDurationSec * 1000, () =>
    made.hangUp({ reason: 'max_duration', status: 200, hungUpBy: 'server' }),
  );
  notifier.finish(200, () => destroyDialog(transferor.dialog, {}));
}

/** Whether two descriptions of one side say the same but for their version (RFC 4566 section 5.2). */
function isSameMedia(a: string, b: string): boolean {
  const media = (sdp: string) =>
    sdp
      .replace(/^[os]=.*$/gm, '')
      .replace(/\s+/g, ' ')
      .trim();
  return media(a) === media(b);
}
