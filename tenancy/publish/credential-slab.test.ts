import t from 'tap';
import { makeHa1Set, SecretBox } from '../secrets/index.ts';
import { CredentialSlab } from './credential-slab.ts';

const secrets = new SecretBox(Buffer.alloc(32, 1));

function sealed(set: object, uuid: string): string {
  return secrets.seal(JSON.stringify(set), `trunk:${uuid}`).toString('hex');
}

t.test('credentials of any set of algorithms read as they were sealed, again and again, beside one another', (t) => {
  const whole = makeHa1Set('acme', 'sip.example', 'secret');
  const sets = [whole, { MD5: whole.MD5 }, { 'SHA-512-256': whole['SHA-512-256'] }, {}, whole];
  const texts = sets.map((set, n) => sealed(set, `trk_${n}`));
  const slab = new CredentialSlab(texts.join('').length / 2, secrets);
  const places = texts.map((text) => slab.put(text));
  for (const n of [4, 0, 2, 1, 3, 0, 4, 3]) {
    t.strictSame(slab.read(places[n] ?? 0, (texts[n] ?? '').length / 2, `trk_${n}`), sets[n]);
  }
  t.end();
});

t.test('credentials open for their own trunk alone, and what is no hash is not taken for one', (t) => {
  const texts = [sealed({ MD5: '0'.repeat(32) }, 'trk_1'), sealed({ MD5: 'nonsense'.repeat(4) }, 'trk_2')];
  const slab = new CredentialSlab(texts.join('').length / 2, secrets);
  const [first = 0, second = 0] = texts.map((text) => slab.put(text));
  const bytes = (n: number) => (texts[n] ?? '').length / 2;
  t.throws(() => slab.read(first, bytes(0), 'trk_2'));
  t.strictSame(slab.read(first, bytes(0), 'trk_1'), { MD5: '0'.repeat(32) });
  t.throws(() => slab.read(second, bytes(1), 'trk_2'), RangeError);
  t.throws(() => slab.read(second, bytes(1), 'trk_2'), 'and is so each time');
  t.end();
});

t.test('two sealings of the same credentials are told apart', (t) => {
  const texts = [1, 2].map(() => sealed({ MD5: '0'.repeat(32) }, 'trk_1'));
  const slab = new CredentialSlab(texts.join('').length / 2, secrets);
  const [first = 0, second = 0] = texts.map((text) => slab.put(text));
  t.not(slab.markAt(first), slab.markAt(second));
  t.end();
});
