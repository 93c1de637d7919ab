import fc from 'fast-check';
import t from 'tap';
import { parseSipUri } from './sip-uri.ts';

t.test('a URI of plain characters is read as any other', async (t) => {
  const part = fc.string({ unit: fc.constantFrom(...'aB9.-_+:;=@?%<" [/]'), maxLength: 12 });
  const host = fc.constantFrom('pbx.example', '192.0.2.1', '[2001:db8::1]', 'PBX.example', '', 'a b');
  const tail = fc.constantFrom(
    '',
    ':5060',
    ':0',
    ':65535',
    ':65536',
    ':',
    ';lr',
    ':1;x=%20y',
    ';x?h=1',
    '?h=1',
    ':123456',
  );
  fc.assert(
    fc.property(part, host, tail, part, (user, name, rest, more) => {
      for (const text of [`${name}${rest}`, `${user}@${name}${rest}`, `${user}@${name}${rest}${more}`]) {
        // A scheme in capitals is not plain: it takes the long way.
        t.strictSame(parseSipUri(`sip:${text}`), parseSipUri(`SIP:${text}`), text);
      }
    }),
    { numRuns: 500 },
  );
});

t.test('the parts of a URI', async (t) => {
  t.strictSame(parseSipUri('sip:u-1@pbx.example:5070;transport=tcp'), {
    scheme: 'sip',
    user: 'u-1',
    host: 'pbx.example',
    port: 5070,
    params: ';transport=tcp',
  });
  t.match(parseSipUri('sips:a%40b:secret@PBX.example'), { scheme: 'sips', user: 'a@b', host: 'pbx.example' });
  t.equal(parseSipUri('tel:+4930'), undefined);
  t.equal(parseSipUri('sip:u@'), undefined);
});
