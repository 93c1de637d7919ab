import t from 'tap';
import type { RealmRecord } from '../bus/index.ts';
import { challengeLines } from './challenge.ts';
import { RealmChallenges } from './challenge-bytes.ts';

const LENGTH = 8;
const realmOf = (...algorithms: RealmRecord['algorithms']): RealmRecord => ({
  realm: 'pbx.example',
  accountId: 1,
  algorithms,
});

function challenge(challenges: RealmChallenges, realm: RealmRecord, nonce: string): string {
  return Buffer.from(challenges.of(realm).with(Buffer.from(nonce))).toString();
}

t.test('the bytes are those of the lines, with each nonce in all of them', async (t) => {
  const realm = realmOf('MD5', 'SHA-256', 'SHA-512-256');
  for (const offer of ['all', 'first'] as const) {
    const challenges = new RealmChallenges(offer, LENGTH);
    for (const nonce of ['nonce001', 'nonce002']) {
      const lines = challengeLines('www', realm, nonce, false, offer).map((line) => `${line}\r\n`);
      t.equal(challenge(challenges, realm, nonce), lines.join(''));
    }
  }
});

t.test('a realm that has changed is challenged as it is now', async (t) => {
  const challenges = new RealmChallenges('all', LENGTH);
  challenge(challenges, realmOf('MD5'), 'nonce001');
  const [line] = challengeLines('www', realmOf('SHA-256'), 'nonce002', false, 'all');
  t.equal(challenge(challenges, realmOf('SHA-256'), 'nonce002'), `${line}\r\n`);
});

t.test('the challenges of ten thousand realms are all kept', async (t) => {
  const challenges = new RealmChallenges('all', LENGTH);
  const realms = Array.from({ length: 10_000 }, (_, at) => ({ ...realmOf('MD5'), realm: `pbx${at}.example` }));
  const made = realms.map((realm) => challenges.of(realm));
  t.ok(realms.every((realm, at) => challenges.of(realm) === made[at]));
});
