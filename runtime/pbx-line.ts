import type { SendToPbx } from '../billing-hooks/index.ts';
import type { PbxMessageResult, SipBus } from '../bus/index.ts';

/** Messages for PBXes go out through the SIP thread, which knows where they are registered. */
export function pbxLine(bus: SipBus): SendToPbx {
  return async (message) => (await bus.request('send_message', message)) as PbxMessageResult;
}
