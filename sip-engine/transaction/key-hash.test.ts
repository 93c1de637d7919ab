import t from 'tap';
import { KeyHash } from './key-hash.ts';

const TEXT = 'z9hG4bK-524287-1|192.0.2.10:5060|1|INVITE';
const ALL = 64;

function bitsBetween(one: bigint, other: bigint): number {
  return (one ^ other).toString(2).replaceAll('0', '').length;
}

function bits({ high, low }: KeyHash): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

t.test('each bit of each character changes half of the hash, the last one as well', (t) => {
  const hash = new KeyHash(0x1234567, 0x89abcdef);
  const whole = bits(hash.of(TEXT));
  for (let at = 0; at < TEXT.length; at++) {
    for (let bit = 0; bit < 7; bit++) {
      const other = String.fromCharCode(TEXT.charCodeAt(at) ^ (1 << bit));
      const changed = bitsBetween(whole, bits(hash.of(TEXT.slice(0, at) + other + TEXT.slice(at + 1))));
      if (changed < ALL / 8 || changed > (ALL * 7) / 8) t.fail(`bit ${bit} of character ${at} changes ${changed} bits`);
    }
  }
  t.end();
});

t.test('each bit of the key changes half of the hash', (t) => {
  const whole = bits(new KeyHash(0, 0).of(TEXT));
  for (let bit = 0; bit < 32; bit++) {
    for (const hash of [new KeyHash(1 << bit, 0), new KeyHash(0, 1 << bit)]) {
      const changed = bitsBetween(whole, bits(hash.of(TEXT)));
      if (changed < ALL / 8 || changed > (ALL * 7) / 8) t.fail(`bit ${bit} changes ${changed} bits`);
    }
  }
  t.end();
});

t.test('texts that share a place under one key are spread under another', (t) => {
  const known = new KeyHash(1, 2);
  const alike: string[] = [];
  for (let n = 0; alike.length < 300; n++) {
    const text = `z9hG4bK-${n}|OPTIONS`;
    if ((known.of(text).low & 0xff) === 7) alike.push(text);
  }
  const hash = new KeyHash(1, 3);
  const places = new Set(alike.map((text) => hash.of(text).low & 0xff));
  t.ok(places.size > 100, `${places.size} places of 256`);
  t.end();
});

t.test('a character more or less makes another hash, one that is 0 as well', (t) => {
  const hash = new KeyHash(5, 6);
  const texts = ['', '\0', '\0\0', 'a', 'a\0', 'a\0\0', 'ab', 'ba'];
  t.equal(new Set(texts.map((text) => bits(hash.of(text)))).size, texts.length);
  t.end();
});
