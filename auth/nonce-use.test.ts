import t from 'tap';
import { fc } from '../sip-engine/testing-properties.ts';
import { NonceSigner } from './nonce-signer.ts';
import { NonceUse } from './nonce-use.ts';

t.test('RFC 7616 section 3.4: each nc is good once, in any order within 1,024', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 200 }), (counts) => {
      const uses = new NonceUse(300);
      const used = new Set<number>();
      let top = 0;
      for (const nc of counts) {
        const expected = !used.has(nc) && nc > top - 1024;
        if (uses.isFresh(1, 1000, nc) !== expected) return false;
        if (!expected) continue;
        uses.take(1, 1000, nc);
        used.add(nc);
        top = Math.max(top, nc);
      }
      return true;
    }),
    { numRuns: 300 },
  );
  t.pass('agrees with a set and a highest count');
});

t.test('a nonce used without qop is spent, also for the form with qop', async (t) => {
  const uses = new NonceUse(300);
  t.ok(uses.isFresh(1, 1000, 0));
  uses.take(1, 1000, 0);
  t.notOk(uses.isFresh(1, 1000, 0));
  t.notOk(uses.isFresh(1, 1000, 1));
  uses.take(2, 1000, 1);
  t.notOk(uses.isFresh(2, 1000, 0), 'nor is one that was used with qop good without');
});

t.test('used nonces are forgotten once they have expired, and never before', async (t) => {
  const uses = new NonceUse(300);
  uses.take(1, 899, 1);
  uses.take(2, 1199, 1);
  t.notOk(uses.isFresh(1, 899, 1));
  uses.take(3, 1200, 1);
  t.notOk(uses.isFresh(2, 1199, 1));
  t.equal(uses.size, 2);
});

t.test('a nonce is told from every other', async (t) => {
  const options = { secret: 's', startEpoch: 5, lifetimeSec: 300 };
  const signer = new NonceSigner(options);
  const nonce = signer.issue('r', '192.0.2.1', 1_000_000);
  t.not(signer.issue('r', '192.0.2.1', 1_000_000), nonce, 'two of the same moment differ');
  const state = (s: NonceSigner, text: string, realm: string, address: string, nowMs: number) =>
    s.check(text, realm, address, nowMs).state;
  t.equal(state(signer, nonce, 'r', '192.0.2.1', 1_300_000), 'valid');
  t.equal(state(signer, nonce, 'r', '192.0.2.1', 1_300_001), 'stale');
  t.equal(state(signer, nonce, 'other', '192.0.2.1', 1_000_000), 'foreign');
  t.equal(state(signer, nonce, 'r', '192.0.2.2', 1_000_000), 'other_address');
  t.equal(state(new NonceSigner({ ...options, startEpoch: 6 }), nonce, 'r', '192.0.2.1', 1_000_000), 'previous_start');
  t.equal(state(new NonceSigner({ ...options, secret: 'x' }), nonce, 'r', '192.0.2.1', 1_000_000), 'foreign');
  for (let at = 0; at < nonce.length; at += 1) {
    const flipped = `${nonce.slice(0, at)}${nonce[at] === 'A' ? 'B' : 'A'}${nonce.slice(at + 1)}`;
    t.equal(state(signer, flipped, 'r', '192.0.2.1', 1_000_000), 'foreign', `character ${at}`);
  }
  t.equal(state(signer, 'dcd98b7102dd2f0e8b11d0f600bfb0c093', 'r', '192.0.2.1', 1_000_000), 'foreign');
});
