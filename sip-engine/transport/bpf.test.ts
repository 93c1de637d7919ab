import t from 'tap';
import { assemble, give, goTo, ifAtLeast, ifEqual, loadByte, wordOf } from './bpf.ts';

t.test('instructions are words of code, skips and operand', async (t) => {
  const words = assemble([loadByte(3), ifEqual(wordOf('A'), 'found'), goTo('end'), 'found', give(1), 'end', give(2)]);
  t.same([...words], [0x30, 3, 0x15 | (1 << 16), 0x41, 0x05, 1, 0x06, 1, 0x06, 2]);
});

t.test('characters are loaded in network order', async (t) => {
  t.equal(wordOf('SIP/'), 0x5349502f);
});

t.test('a label that is behind, absent or too far for a condition is refused', async (t) => {
  const far = Array.from({ length: 256 }, () => give(0));
  for (const lines of [
    ['behind', give(0), goTo('behind')],
    [goTo('nowhere'), give(0)],
    [ifAtLeast(1, 'far'), ...far, 'far', give(1)],
  ]) {
    t.throws(() => assemble(lines), RangeError);
  }
  t.equal(assemble([goTo('far'), ...far, 'far', give(1)])[1], 256, 'a jump without condition goes anywhere ahead');
});
