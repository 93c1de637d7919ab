import type { CallLane, LaneRequest, LaneResponse } from '../../sip-engine/index.ts';
import { sdpOf } from './agent.ts';

/** How a call is met: taken, left ringing, or refused with that status. */
export type Meeting = 'answer' | 'ring' | number;

/** Meets a call; who has given up meanwhile is let go. */
export async function meetCall(
  calls: CallLane,
  host: string,
  meeting: Meeting,
  req: LaneRequest,
  res: LaneResponse,
): Promise<void> {
  if (typeof meeting === 'number') {
    res.send(meeting);
    return;
  }
  res.send(180);
  if (meeting === 'ring') return;
  await calls.createUAS(req, res, { localSdp: sdpOf(host), headers: {} }).catch(() => undefined);
}
