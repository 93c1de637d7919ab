import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { hashApiKey, loadSecretKey, makeApiKey, makeHa1Set, makePassword, makeUsername, SecretBox } from './index.ts';

t.test('HA1s are those of the RFC examples, and one is made for every algorithm', async (t) => {
  // RFC 2617 3.5 and RFC 7616 3.9.1 use Mufasa; 3.9.2's SHA-512-256 example hashes other text and is not comparable.
  t.equal(makeHa1Set('Mufasa', 'testrealm@host.com', 'Circle Of Life').MD5, '939e7578ed9e3c518a452acee763bce9');
  const set = makeHa1Set('Mufasa', 'http-auth@example.org', 'Circle of Life');
  t.equal(set.MD5, '3d78807defe7de2157e2b0b6573a855f');
  t.equal(set['SHA-256'], '7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232');
  t.equal(set['SHA-512-256']?.length, 64);
  t.not(set['SHA-512-256'], set['SHA-256']);
});

t.test('a sealed secret opens only with its key and its context, and every seal differs', async (t) => {
  const box = new SecretBox(randomBytes(32));
  const sealed = box.seal('secret', 'trunk:1');
  t.equal(box.open(sealed, 'trunk:1'), 'secret');
  t.notOk(sealed.equals(box.seal('secret', 'trunk:1')));
  t.notOk(sealed.includes('secret'));
  t.throws(() => box.open(sealed, 'trunk:2'));
  t.throws(() => new SecretBox(randomBytes(32)).open(sealed, 'trunk:1'));
  const bent = Buffer.from(sealed);
  bent[bent.length - 1] = (bent[bent.length - 1] ?? 0) ^ 1;
  t.throws(() => box.open(bent, 'trunk:1'));
});

t.test('the key is made once with mode 0600 and read again afterwards', async (t) => {
  const dataDir = t.testdir();
  const key = loadSecretKey({ dataDir, secretKeyFile: undefined });
  const file = join(dataDir, 'secret.key');
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.equal(readFileSync(file, 'utf8').trim(), key.toString('hex'));
  t.ok(loadSecretKey({ dataDir, secretKeyFile: undefined }).equals(key));
});

t.test('a configured key file must exist and be a key', async (t) => {
  const dataDir = t.testdir();
  const secretKeyFile = join(dataDir, 'elsewhere');
  t.throws(() => loadSecretKey({ dataDir, secretKeyFile }), { code: 'secret_key_unreadable' });
  writeFileSync(secretKeyFile, 'short');
  t.throws(() => loadSecretKey({ dataDir, secretKeyFile }), { message: /must hold 64 hexadecimal digits/ });
  const raw = randomBytes(32);
  writeFileSync(secretKeyFile, raw);
  t.ok(loadSecretKey({ dataDir, secretKeyFile }).equals(raw));
});

t.test('passwords have 24 unmistakable characters and no two are alike', async (t) => {
  const made = new Set(Array.from({ length: 2000 }, makePassword));
  t.equal(made.size, 2000);
  for (const password of made) t.match(password, /^[2-9A-HJ-NP-Za-km-z]{24}$/);
  // log2(55) * 24 bits
  t.ok(Math.log2(new Set([...made].join('')).size) * 24 >= 128);
});

t.test('user names start with the first plain word of the name', async (t) => {
  t.match(makeUsername('Acme Corp'), /^acme_[2-9a-z]{5}$/);
  t.match(makeUsername('Café Zürich'), /^cafe_|^caf_/);
  t.match(makeUsername('日本'), /^trunk_/);
  t.match(makeUsername('4you GmbH'), /^gmbh_/);
});

t.test('an API key is found by the hash of the whole key', async (t) => {
  const made = makeApiKey('test');
  t.match(made.key, /^df_test_[2-9A-HJ-NP-Za-km-z]{32}$/);
  t.equal(hashApiKey(made.key), made.hash);
  t.equal(made.key.startsWith(made.prefix), true);
  t.equal(made.prefix.length, 12);
  t.match(makeApiKey('live').key, /^df_live_/);
});
