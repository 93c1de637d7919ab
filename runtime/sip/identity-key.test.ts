import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import type { CallsConfig } from '../../config/index.ts';
import { readIdentityKey } from './identity-key.ts';

const pem = (namedCurve: string) =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

t.test('the key that signs caller numbers is read, or the start says what is wrong with it', async (t) => {
  const dir = t.testdir({ 'good.pem': pem('P-256'), 'other.pem': pem('P-384'), 'none.pem': 'x' });
  const read = (file: string | undefined, url: string | undefined) =>
    readIdentityKey({ stirKeyFile: file && join(dir, file), stirCertificateUrl: url } as CallsConfig);
  t.equal(read(undefined, undefined), undefined);
  t.match(read('good.pem', 'https://x/c.pem'), { keyPem: /BEGIN PRIVATE KEY/, certificateUrl: 'https://x/c.pem' });
  t.throws(() => read('good.pem', undefined), { message: /go together/ });
  t.throws(() => read(undefined, 'https://x/c.pem'), { message: /go together/ });
  for (const file of ['other.pem', 'none.pem', 'missing.pem']) {
    t.throws(() => read(file, 'https://x/c.pem'), { message: /no private key for ES256/ }, file);
  }
});
