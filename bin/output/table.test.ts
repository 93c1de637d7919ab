import t from 'tap';
import { renderFields, renderTable } from './table.ts';

t.test('a thing is shown by lines, what it has many of by tables, nothing as JSON', async (t) => {
  const call = {
    id: 1,
    reason: null,
    sources: ['a', 'b'],
    wallet: { balance: '1.00', currency: 'EUR' },
    legs: [
      { side: 'a', remote: '127.0.0.2:5060' },
      { side: 'b', call_id: 'x\u001b[2J' },
    ],
    attempts: [],
    effective: { max_in: { value: 2, from: 'own' }, country: { value: 'NL', from: 'default' } },
  };
  t.equal(
    renderFields(call),
    `id               1
reason           -
sources          a, b
wallet.balance   1.00
wallet.currency  EUR
attempts         -

legs
SIDE  REMOTE          CALL ID
a     127.0.0.2:5060  -
b     -               x [2J

effective
FIELD    VALUE  FROM
max_in   2      own
country  NL     default
`,
  );
  t.equal(renderFields({ steps: [{ step: 'a' }] }), '\nsteps\nSTEP\na\n');
  t.equal(renderTable([{ title: 'x', value: () => 1 }], []), 'none\n');
});
