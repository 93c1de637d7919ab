import t from 'tap';
import { carrierRecord } from '../tenancy/index.ts';
import { invite, runInvite, testWorld } from './fixtures.ts';

const world = () => testWorld({ carriers: [carrierRecord({ id: 1, sources: ['127.0.0.2'] })] });
const entries = (count: number) => Array.from({ length: count }, (_, i) => `<sip:${i}@h>;index=1.${i}`);

t.test('Max-Forwards 0 is refused with 483 and 1 is not', async (t) => {
  t.match(runInvite(world(), invite({ headers: { 'max-forwards': '0' } })).rejection, {
    status: 483,
    reason: 'too_many_hops',
  });
  t.match(runInvite(world(), invite({ headers: { 'max-forwards': '1' } })).rejection, { reason: 'unknown_did' });
  t.match(runInvite(world(), invite({ headers: { 'max-forwards': 'x' } })).context.invite, { maxForwards: 70 });
});

t.test('more than ten forwardings are a loop, however the header lines are split', async (t) => {
  for (const header of ['history-info', 'diversion']) {
    t.match(runInvite(world(), invite({ headers: { [header]: entries(11) } })).rejection, {
      status: 482,
      reason: 'loop_detected',
    });
    t.match(runInvite(world(), invite({ headers: { [header]: entries(11).join(', ') } })).rejection, { status: 482 });
    t.match(runInvite(world(), invite({ headers: { [header]: entries(10) } })).rejection, { reason: 'unknown_did' });
  }
});
