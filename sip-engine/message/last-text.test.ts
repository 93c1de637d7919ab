import t from 'tap';
import { LastText } from './last-text.ts';

t.test('the bytes are those of the text that was asked for, the same or another', (t) => {
  const last = new LastText();
  for (const text of ['', '192.0.2.1', '192.0.2.1', '2001:db8::1', 'Zoë', ''])
    t.equal(Buffer.from(last.bytesOf(text)).toString(), text);
  t.equal(last.bytesOf('same'), last.bytesOf(['sa', 'me'].join('')), 'written once');
  t.end();
});
