import t from 'tap';
import { challengeLines } from './challenge.ts';
import { readsMd5Only } from './md5-only-clients.ts';

const realm = { realm: 'pbx.example', accountId: 1, algorithms: ['SHA-256', 'MD5'] } as const;

t.test('a client that stumbles over other algorithms is offered MD5 alone, where the realm has it', async (t) => {
  t.strictSame(challengeLines('www', realm, 'n', false, 'md5'), [
    'WWW-Authenticate: Digest realm="pbx.example", nonce="n", algorithm=MD5, qop="auth"',
  ]);
  const strict = { ...realm, algorithms: ['SHA-256', 'SHA-512-256'] } as const;
  t.equal(challengeLines('www', strict, 'n', false, 'md5').length, 2, 'no realm is weakened by a User-Agent');
});

t.test('which clients stumble is told by version', async (t) => {
  for (const agent of ['baresip v1.0.0 (x86_64/linux)', 'baresip v0.6.5', 'baresip v3.9.0', 'baresip v3.10.1 (x)']) {
    t.ok(readsMd5Only(agent), agent);
  }
  for (const agent of ['baresip v3.11.0 (x86_64/Linux)', 'baresip v4.0.0', 'FPBX-16', '', undefined]) {
    t.notOk(readsMd5Only(agent), agent ?? 'none');
  }
});
