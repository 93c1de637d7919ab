import {
  type CallHolds,
  type CarrierAdapter,
  fetchMessages,
  MessageCourier,
  PbxMessages,
  type SendToPbx,
  takeSipMessages,
} from '../billing-hooks/index.ts';
import type { Logger } from '../telemetry/index.ts';
import type { Store } from '../tenancy/index.ts';
import { type Repeated, repeat } from './repeat.ts';

/** How often messages are fetched from the carrier, and handed to it where nothing calls for it earlier (ms). */
const EVERY_MS = 1000;
/** How often what is for a PBX is looked for, and what has come from one (ms). */
const PBX_MS = 250;

interface Desk {
  readonly store: Store;
  readonly carrier: CarrierAdapter;
  readonly holds: CallHolds;
  readonly sendToPbx: SendToPbx;
  /** @default 1000 */
  readonly everyMs?: number;
}

/** Carries messages between the carrier, the store and the PBXes. */
export function watchMessages(
  { store, carrier, holds, sendToPbx, everyMs = EVERY_MS }: Desk,
  logger: Logger,
): Repeated {
  const onFault = (error: unknown) => logger.error({ err: error }, 'messages could not be worked on');
  const pbxes = new PbxMessages(store, sendToPbx, onFault);
  const courier = new MessageCourier(store, carrier, onFault, () => carrying.again());
  const carrying = repeat(everyMs, () => courier.round(), onFault);
  const rounds = [
    carrying,
    repeat(everyMs, () => fetchMessages(store, carrier), onFault),
    repeat(PBX_MS, () => takeSipMessages(store, holds), onFault),
    repeat(PBX_MS, () => pbxes.round(), onFault),
  ];
  return {
    async close() {
      await Promise.all(rounds.map((round) => round.close()));
      await Promise.all([courier.close(), pbxes.settle()]);
    },
  };
}
