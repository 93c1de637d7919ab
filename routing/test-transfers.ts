import type { Test } from 'tap';
import type { CallRecord } from '../bus/index.ts';
import type { ReceivedResponse, SrfDialog } from './srf-adapter.ts';
import { assertClean, destroyed, type Stage } from './test-stage.ts';

/** Asks for a transfer (RFC 3515); resolves with the status of the final answer. */
export function refer(from: SrfDialog, target: string): Promise<number> {
  return new Promise((resolve, reject) => {
    from.request({ method: 'REFER', headers: { 'Refer-To': target } }, (error, res?: ReceivedResponse) => {
      if (res === undefined) reject(error);
      else if (res.status >= 200) resolve(res.status);
    });
  });
}

/** What that end is told of its transfers from now on: the answer of the target, and whether more is to come. */
export function progressTold(to: SrfDialog): readonly string[] {
  const told: string[] = [];
  to.on('notify', (req, res) => {
    told.push(`${req.body.trim()} ${req.get('subscription-state')?.split(';')[0]}`);
    res.send(200, undefined, {});
  });
  return told;
}

/** The last record of each call, in the order in which they began. */
export function lastRecords(stage: Stage): readonly CallRecord[] {
  return [...new Map(stage.records.map((record) => [record.uuid, record])).values()];
}

/** A drain hangs up on both who talk since the transfer, and the two calls end for the same reason. */
export async function assertDrained(t: Test, stage: Stage, ends: readonly [SrfDialog, SrfDialog]): Promise<void> {
  const over = Promise.all(ends.map(destroyed));
  stage.router.endAll('server_restart');
  await over;
  t.match(
    lastRecords(stage).map(({ reason }) => reason),
    ['server_restart', 'server_restart'],
  );
  assertClean(t, stage);
}
