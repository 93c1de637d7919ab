import t from 'tap';
import { DirectoryAge } from './directory-age.ts';

t.test('the age counts from the start, and from each version that is taken', async (t) => {
  let nowMs = 1000;
  const age = new DirectoryAge(() => nowMs);
  nowMs += 2500;
  t.equal(age.sec, 2.5);
  age.renew();
  t.equal(age.sec, 0);
  nowMs += 100;
  t.equal(age.sec, 0.1);
});
