import t from 'tap';
import { challengeLines } from './challenge.ts';

const realm = { realm: 'pbx.example', accountId: 1, algorithms: ['SHA-256', 'MD5'] } as const;

t.test(
  'a line an algorithm of the realm, in its order; an engine that can send one line sends the first',
  async (t) => {
    t.strictSame(challengeLines('www', realm, 'n', false, 'all'), [
      'WWW-Authenticate: Digest realm="pbx.example", nonce="n", algorithm=SHA-256, qop="auth"',
      'WWW-Authenticate: Digest realm="pbx.example", nonce="n", algorithm=MD5, qop="auth"',
    ]);
    t.strictSame(challengeLines('proxy', realm, 'n', true, 'first'), [
      'Proxy-Authenticate: Digest realm="pbx.example", nonce="n", algorithm=SHA-256, qop="auth", stale=true',
    ]);
  },
);
