import t from 'tap';
import { mayBeStateless, statelessTag } from './local-tag.ts';

const REQUEST = { callId: 'a@192.0.2.1', fromTag: 'f', cseq: 1 };

t.test(
  'a tag that nothing stores is the same for each copy, another for another request, and known as such',
  async (t) => {
    const tag = statelessTag(REQUEST, 7);
    t.equal(statelessTag({ ...REQUEST }, 7), tag);
    for (const other of [{ callId: 'b@192.0.2.1' }, { fromTag: 'g' }, { cseq: 2 }]) {
      t.not(statelessTag({ ...REQUEST, ...other }, 7), tag);
    }
    for (let cseq = 0; cseq < 1000; cseq++) {
      const other = statelessTag({ ...REQUEST, cseq }, 7);
      if (!mayBeStateless(other)) t.fail(`${other} is not known`);
    }
  },
);

t.test('a tag of a dialog is not taken for one, and one in capitals is', async (t) => {
  for (const tag of ['', 's', '0123456789ab', 's01234567890123']) t.notOk(mayBeStateless(tag), tag);
  t.ok(mayBeStateless(statelessTag(REQUEST, 7).toUpperCase()));
});
