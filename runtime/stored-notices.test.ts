import t from 'tap';
import type { CallRecord, SipEvent } from '../bus/index.ts';
import { StoredNotices } from './stored-notices.ts';

const ended = (name: string, endedAtMs: number | null = 5): SipEvent => ({
  kind: 'call',
  record: { uuid: `call_${name}`, endedAtMs, aLeg: { callId: name } } as CallRecord,
});

t.test('who waits for a call is told its uuid, whether it was stored before or is stored then', async (t) => {
  const notices = new StoredNotices();
  notices.stored([ended('a')]);
  t.equal(await notices.wait('call a'), 'call_a');
  const waiting = notices.wait('call b');
  notices.stored([ended('b', null), ended('b')]);
  t.equal(await waiting, 'call_b', 'once it is over');
  t.equal(notices.kept, 0);
});

t.test('what nobody waits for is forgotten, the oldest first', async (t) => {
  const notices = new StoredNotices();
  notices.stored(Array.from({ length: 1000 }, (_, i) => ended(`c${i}`)));
  t.equal(notices.kept, 100);
  t.equal(await notices.wait('call c900'), 'call_c900');
});
