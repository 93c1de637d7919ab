import t from 'tap';
import type { LegTarget } from '../call-context.ts';
import { CallRound, type RoundResult } from './call-round.ts';
import type { LegOutcome } from './place-leg.ts';

const LEGS: readonly LegTarget[] = ['a', 'b', 'c'].map((label) => {
  return { kind: 'binding', uri: `sip:${label}@h`, proxy: undefined, label, remoteAddress: '' };
});

t.test('where one of several phones cannot be called by a fault of ours, those before it do not ring on', (t) => {
  const fault = new RangeError('planned');
  const cancelled: string[] = [];
  const tellers: ((outcome: LegOutcome) => void)[] = [];
  const results: RoundResult[] = [];
  const caller = {
    place: (_option: unknown, { label }: LegTarget, onOutcome: (outcome: LegOutcome) => void) => {
      if (label === 'c') throw fault;
      tellers.push(onOutcome);
      return { cancel: () => cancelled.push(label) };
    },
    onFailed: () => t.fail('the round is over'),
    onResult: (_option: unknown, result: RoundResult) => results.push(result),
  };
  t.throws(() => new CallRound({ trunk: undefined, carrier: undefined, legs: LEGS }, LEGS, caller), fault);
  t.strictSame(cancelled, ['a', 'b']);
  // The CANCELs are answered by 487; a phone may also have answered meanwhile, and is hung up on.
  let released = 0;
  const dialog = { connected: true, destroy: () => (released += 1) } as never;
  tellers[0]?.({ kind: 'failed', failure: { status: 487, isLocal: false, rang: true, response: undefined } });
  tellers[1]?.({ kind: 'answered', dialog });
  t.strictSame([released, results], [1, []]);
  t.end();
});
