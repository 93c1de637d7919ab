import t from 'tap';
import { fc } from '../sip-engine/testing-properties.ts';
import { addressUri, parseSipUri } from './sip-uri.ts';

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
  for (const uri of ['sip:u@pbx.example.', 'SIP:u@PBX.example.:5060'])
    t.match(parseSipUri(uri), { host: 'pbx.example' });
  t.match(parseSipUri('sip:u@[2001:DB8::1]:5060'), { host: '2001:db8::1', port: 5060 });
  t.equal(parseSipUri('tel:+4930'), undefined);
  t.equal(parseSipUri('sip:u@'), undefined);
});

t.test('the URI of an address is found behind a display name with brackets in it', async (t) => {
  for (const name of ['', '"A <b> \\" > <" ', 'Plain name '])
    t.equal(addressUri(`${name}<sip:u@pbx.example;x=y>;tag=1`), 'sip:u@pbx.example;x=y', name);
  t.equal(addressUri('sip:u@pbx.example;tag=1'), 'sip:u@pbx.example');
  t.equal(parseSipUri(addressUri('"never closed <sip:u@pbx.example>')), undefined);
});
