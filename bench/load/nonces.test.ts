import t from 'tap';
import { Nonces } from './nonces.ts';

const challenge = (nonce: string) =>
  Buffer.from(`SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="a", nonce="${nonce}"\r\n\r\n`);

t.test('each PBX keeps the nonce of its last challenge', (t) => {
  const nonces = new Nonces(3);
  nonces.take(1, challenge('a-long-one'));
  nonces.take(2, challenge('other'));
  nonces.take(1, challenge('short'));
  t.same(
    [0, 1, 2].map((index) => (nonces.has(index) ? nonces.text(index) : undefined)),
    [undefined, 'short', 'other'],
  );
  t.end();
});

t.test('a nonce that has no room is an error, not cut, and so is a challenge without one', (t) => {
  const nonces = new Nonces(1);
  t.throws(() => nonces.take(0, challenge('x'.repeat(129))), /a nonce has 129 bytes/);
  t.throws(() => nonces.take(0, Buffer.from('SIP/2.0 401 Unauthorized\r\nTo: "a"\r\n\r\n')), /has no nonce/);
  t.throws(() => nonces.take(0, Buffer.from('SIP/2.0 401 Unauthorized\r\n\r\n')), /has no nonce/);
  t.notOk(nonces.has(0));
  t.end();
});
