import { test } from 'tap';
import { Nonces } from './nonces.ts';

const challenge = (nonce: string) =>
  Buffer.from(`SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="a", nonce="${nonce}"\r\n\r\n`);

test('each PBX keeps the nonce of its last challenge', async (t) => {
  const nonces = new Nonces(3);
  nonces.take(1, challenge('a-long-one'));
  nonces.take(2, challenge('other'));
  nonces.take(1, challenge('short'));
  t.same(
    [0, 1, 2].map((index) => (nonces.has(index) ? nonces.text(index) : undefined)),
    [undefined, 'short', 'other'],
  );
});

test('a nonce that has no room is an error, not cut', async (t) => {
  t.throws(() => new Nonces(1).take(0, challenge('x'.repeat(129))), /a nonce has 129 bytes/);
});
