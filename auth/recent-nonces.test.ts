import t from 'tap';
import { hexNumber } from './hex.ts';
import { NonceSigner } from './nonce-signer.ts';
import { RecentNonces } from './recent-nonces.ts';

const LENGTH = 58;
const nonceOf = (counter: number) => counter.toString(16).padStart(LENGTH, 'a');

t.test('only the very nonce that was put, for its realm, is found', async (t) => {
  const recent = new RecentNonces(LENGTH);
  recent.put(5, nonceOf(5), 'a.example');
  t.ok(recent.has(5, nonceOf(5), 'a.example'));
  t.notOk(recent.has(5, nonceOf(5), 'b.example'), 'another realm');
  t.notOk(recent.has(6, nonceOf(5), 'a.example'), 'another counter');
  t.notOk(recent.has(5, nonceOf(5).slice(1), 'a.example'), 'a shorter one');
  for (const at of [0, 30, LENGTH - 1]) {
    const other = `${nonceOf(5).slice(0, at)}!${nonceOf(5).slice(at + 1)}`;
    t.notOk(recent.has(5, other, 'a.example'), `another character at ${at}`);
  }
  t.notOk(recent.has(Number.NaN, nonceOf(0), 'a.example'));
  t.notOk(new RecentNonces(LENGTH).has(0, '\0'.repeat(LENGTH), 'a.example'), 'nothing was put yet');
});

t.test('one that gave its place to another is judged by its signature again', async (t) => {
  const recent = new RecentNonces(LENGTH);
  recent.put(5, nonceOf(5), 'a.example');
  recent.put(5 + (1 << 14), nonceOf(5 + (1 << 14)), 'a.example');
  t.notOk(recent.has(5, nonceOf(5), 'a.example'));
  const signer = new NonceSigner({ secret: 's', startEpoch: 1, lifetimeSec: 300 });
  const first = signer.issue('a.example', '192.0.2.1', 0);
  for (let index = 0; index < 20_000; index += 1) signer.issue('a.example', '192.0.2.1', 0);
  t.match(signer.check(first, 'a.example', '192.0.2.1', 0), { state: 'valid', counter: 1 });
});

t.test(
  'a remembered nonce is no better than one that is not: realm, source, age and every character count',
  async (t) => {
    const signer = new NonceSigner({ secret: 's', startEpoch: 1, lifetimeSec: 300 });
    const nonce = signer.issue('a.example', '192.0.2.1', 0);
    const state = (changed: string, realm = 'a.example', address = '192.0.2.1', nowMs = 0) =>
      signer.check(changed, realm, address, nowMs).state;
    t.equal(state(nonce), 'valid');
    t.equal(state(nonce, 'b.example'), 'foreign');
    t.equal(state(nonce, 'a.example', '192.0.2.2'), 'other_address');
    t.equal(state(nonce, 'a.example', '192.0.2.1', 301_000), 'stale');
    for (let at = 0; at < nonce.length; at += 1) {
      const other = nonce[at] === '0' ? '1' : '0';
      t.equal(state(nonce.slice(0, at) + other + nonce.slice(at + 1)), 'foreign', `character ${at}`);
    }
  },
);

t.test('hexadecimal numbers are digits to the end, or none', async (t) => {
  t.equal(hexNumber('00fF', 0, 4), 255);
  t.equal(hexNumber('xxa0yy', 2, 4), 160);
  for (const text of ['', 'g0', '0 ', '-1', '0x1', '١']) t.ok(Number.isNaN(hexNumber(text, 0, text.length)), text);
  t.ok(Number.isNaN(hexNumber('ab', 0, 3)), 'beyond the end');
});
