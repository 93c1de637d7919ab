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

t.test('tags of dialogs, of others and none are not taken for one', async (t) => {
  for (const tag of ['', 's', '0123456789abcdef', 'sdfg', 'z01234567', 's012345678']) t.notOk(mayBeStateless(tag), tag);
});
