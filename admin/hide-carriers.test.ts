import t from 'tap';
import { hideCarriers } from './hide-carriers.ts';

const hide = hideCarriers([
  { name: 'Tele', sources: ['198.51.100.7'], gateways: [{ host: '198.51.100.7', port: 5060 }] },
  {
    name: 'Tele Nord (DE)',
    sources: ['203.0.113.0/24', '2001:db8::/48'],
    gateways: [
      { host: 'sbc.nord.example', port: 5080 },
      { host: '2001:db8::9', port: 5060 },
    ],
  },
]);

t.test('nothing that routing writes of carriers is left, and everything else is', async (t) => {
  for (const [text, shown] of [
    ['The call would go to Tele 198.51.100.7:5060.', 'The call would go to carrier 1.'],
    ['out: Tele 198.51.100.7:5060, Tele Nord (DE) sbc.nord.example:5080', 'out: carrier 1, carrier 2'],
    ['carrier Tele Nord (DE) [2001:db8::9]:5060', 'carrier 2'],
    ['carrier Tele, by its address', 'carrier 1, by its address'],
    ['carrier Tele Nord (DE), by its address', 'carrier 2, by its address'],
    ['there is no carrier Tel, did you mean "Tele"?', 'there is no carrier Tel, did you mean "carrier 1"?'],
    ['203.0.113.77', 'carrier 2'],
    ['2001:db8::17', 'carrier 2'],
    ['198.51.100.70', '198.51.100.70'],
    ['The trunk Tele of the customer', 'The trunk Tele of the customer'],
    ['+31201234567', '+31201234567'],
  ] as const) {
    t.equal(hide(text), shown, text);
  }
});

t.test('places are numbered, and the shape of an answer stays', async (t) => {
  const place = { kind: 'carrier', name: 'Tele', account: null, targets: ['Tele 198.51.100.7:5060'] };
  const answer = { status: 200, ok: true, none: null, places: [place, { kind: 'trunk', name: 'Tele', targets: [] }] };
  t.same(hide(answer), {
    ...{ status: 200, ok: true, none: null },
    places: [
      { kind: 'carrier', name: 'carrier 1', account: null, targets: ['carrier 1'] },
      { kind: 'trunk', name: 'Tele', targets: [] },
    ],
  });
  t.same(hideCarriers([])(answer), answer);
});
