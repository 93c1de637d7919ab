import t from 'tap';
import { fc } from '../sip-engine/testing-properties.ts';
import { parseContacts } from './parse-contacts.ts';
import { uriEquals } from './uri-equals.ts';

t.test('RFC 3261 section 20.10: names, quotes, commas and bare addresses are told apart', async (t) => {
  const list = parseContacts(
    ['"A, <B>" <sip:a@h;x=1,2>;q=0.7;y="p;q,r", sip:b@h:5080;expires=60', 'C <sips:c@[2001:db8::1]>'],
    undefined,
  );
  t.match(list, {
    kind: 'list',
    contacts: [
      { uri: 'sip:a@h;x=1,2', params: ';q=0.7;y="p;q,r"', q: 0.7, user: 'a', host: 'h' },
      { uri: 'sip:b@h:5080', params: '', expiresSec: 60 },
      { uri: 'sips:c@[2001:db8::1]', host: '2001:db8::1' },
    ],
  });
});

t.test('P15: expires in the Contact, in the request, and inside the brackets, in that order', async (t) => {
  const expires = (contact: string, header?: string) => {
    const list = parseContacts([contact], header);
    return list.kind === 'list' ? list.contacts[0]?.expiresSec : list.kind;
  };
  t.equal(expires('<sip:a@h;expires=10>;expires=20', '30'), 20);
  t.equal(expires('<sip:a@h;expires=10>', '30'), 30);
  t.equal(expires('<sip:a@h;expires=10>'), 10);
  t.equal(expires('<sip:a@h>;expires="40"'), 40);
  t.equal(expires('<sip:a@h>;expires=-1'), undefined);
});

t.test('RFC 5626 section 6: a reg-id without an instance is ignored', async (t) => {
  t.match(parseContacts(['<sip:a@h>;reg-id=1'], undefined), { contacts: [{ regId: null, instance: null }] });
  t.match(parseContacts(['<sip:a@h>;reg-id=2;+sip.instance="<urn:x>"'], undefined), {
    contacts: [{ regId: 2, instance: '<urn:x>' }],
  });
});

t.test('what is no SIP address, or would break out of a header line, is bad', async (t) => {
  for (const contact of [
    '<sip:a@h',
    'mailto:a@h',
    '<>',
    '<sip:a@h>x',
    '<sip:a@h>;p="\r\nVia: x"',
    '<sip:a@h:99999>',
    'sip:a b@h',
  ]) {
    t.equal(parseContacts([contact], undefined).kind, 'bad', JSON.stringify(contact));
  }
  fc.assert(
    fc.property(fc.string(), fc.string(), (contact, expires) => {
      parseContacts([contact], expires);
      return true;
    }),
  );
});

t.test('RFC 3261 section 19.1.4: its own examples of equal and unequal URIs', async (t) => {
  const equal: readonly [string, string][] = [
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtlanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
  ];
  const unequal: readonly [string, string][] = [
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
  ];
  for (const [a, b] of equal) t.ok(uriEquals(a, b) && uriEquals(b, a), `${a} = ${b}`);
  for (const [a, b] of unequal) t.notOk(uriEquals(a, b) || uriEquals(b, a), `${a} != ${b}`);
});
