import t from 'tap';
import type { DigestAlgorithm, RealmRecord, TrunkRecord } from '../bus/index.ts';
import { accountRecord, Directory, directoryDelta, trunkRecord } from '../tenancy/index.ts';
import { createAuth } from './create-auth.ts';
import { computeHa1 } from './digest.ts';
import { answerChallenge, challengeParam, inboundRequest } from './fixtures.ts';
import { authenticateIdentity } from './identity.ts';
import { RealmResolver } from './realm-resolver.ts';

const realmOf = (...algorithms: DigestAlgorithm[]): RealmRecord => ({ realm: 'pbx.example', accountId: 1, algorithms });

function setUp(realm: RealmRecord, trunk: Partial<TrunkRecord> = {}, singleChallenge = false) {
  const directory = new Directory();
  const ha1 = Object.fromEntries(
    (['MD5', 'SHA-256', 'SHA-512-256'] as const).map((name) => [name, computeHa1(name, 'u', 'pbx.example', 'secret')]),
  );
  const trunks = [trunkRecord({ id: 7, realm: 'pbx.example', username: 'u', ha1, ...trunk })];
  directory.apply(directoryDelta({ accounts: [accountRecord({ id: 1 })], realms: [realm], trunks }));
  const auth = createAuth({
    directory,
    config: {
      nonceLifetimeSec: 300,
      algorithms: ['MD5'],
      trustedNetworks: [],
      banIdentitiesPerMinute: 10,
      banFirstSec: 60,
      banMaxSec: 600,
    },
    nowMs: () => 1_000_000,
    nonceSecret: 's',
    startEpoch: 1,
    rateLimits: true,
    defaultRealm: undefined,
    ownNames: [],
    scanners: [],
    singleChallenge,
    emitBan: () => undefined,
    isPeer: () => false,
    holdsBinding: () => false,
    isBound: () => false,
  });
  const send = (authorization: string | undefined, uri = 'sip:+31201234567@pbx.example') => {
    const headers = authorization === undefined ? {} : { 'proxy-authorization': authorization };
    return auth.authenticator.challengeOrAuthenticate(
      inboundRequest({ method: 'INVITE', uri, headers }),
      'proxy',
      realm,
    );
  };
  const challenges = (): readonly string[] => {
    const outcome = send(undefined);
    return outcome.ok ? [] : (outcome.rejection.lines ?? []);
  };
  return { directory, send, challenges };
}

t.test(
  'RFC 3261 22.3: an INVITE is challenged with 407 and answered in Proxy-Authorization, by the same rules',
  async (t) => {
    const { send, challenges } = setUp(realmOf('MD5', 'SHA-256'));
    const outcome = send(undefined);
    t.match(outcome, { ok: false, rejection: { status: 407, reason: 'challenged' } });
    const [challenge = ''] = challenges();
    t.match(challenge, /^Proxy-Authenticate: Digest realm="pbx.example"/);
    const uri = 'sip:+31201234567@pbx.example';
    const answer = answerChallenge({ challenge, username: 'u', password: 'secret', method: 'INVITE', uri });
    t.match(send(answer), { ok: true, trunk: { id: 7 }, password: 'current' });
    t.match(
      send(answer),
      { ok: false, rejection: { status: 407, reason: 'nonce_replay' } },
      'a captured INVITE is worth nothing',
    );
  },
);

t.test('the digest of an INVITE is not good for another number', async (t) => {
  const { send, challenges } = setUp(realmOf('MD5'));
  const answered = (uri: string) =>
    send(
      answerChallenge({ challenge: challenges()[0] ?? '', username: 'u', password: 'secret', method: 'INVITE', uri }),
    );
  t.match(answered('sip:+900900@pbx.example'), { ok: false, rejection: { status: 400, reason: 'bad_request' } });
  t.match(answered('sip:203.0.113.1:5060'), { ok: true }, 'a uri without a user, as SIPp writes it');
});

t.test('RFC 8760: every algorithm of the realm is offered in its order and accepted; others are not', async (t) => {
  const algorithms = ['SHA-512-256', 'SHA-256', 'MD5'] as const;
  const { send, challenges } = setUp(realmOf(...algorithms));
  const offered = challenges();
  t.strictSame(
    offered.map((line) => /algorithm=([^,]+)/.exec(line)?.[1]),
    algorithms,
  );
  t.equal(new Set(offered.map((line) => challengeParam(line, 'nonce'))).size, 1, 'one nonce');
  const uri = 'sip:+31201234567@pbx.example';
  for (const index of [0, 1, 2]) {
    const challenge = challenges()[index] ?? '';
    t.match(
      send(answerChallenge({ challenge, username: 'u', password: 'secret', method: 'INVITE', uri })),
      { ok: true },
      challenge,
    );
  }
  const strict = setUp(realmOf('SHA-256'));
  const downgraded = strict.challenges()[0]?.replace('SHA-256', 'MD5') ?? '';
  const outcome = strict.send(
    answerChallenge({ challenge: downgraded, username: 'u', password: 'secret', method: 'INVITE', uri }),
  );
  t.match(outcome, {
    ok: false,
    rejection: { status: 407, reason: 'wrong_password', sentence: 'You used MD5, expected SHA-256.' },
  });
});

t.test('an engine that cannot send two challenges gets one', async (t) => {
  t.equal(setUp(realmOf('MD5', 'SHA-256'), {}, true).challenges().length, 1);
});

t.test('F-033: (auth_username, realm) resolves to account, trunk and whether it may', async (t) => {
  const { directory } = setUp(realmOf('MD5'));
  t.match(authenticateIdentity(directory, 'u', 'pbx.example'), { account: { id: 1 }, trunk: { id: 7 }, allowed: true });
  t.equal(authenticateIdentity(directory, 'u', 'sip.didfarm.com'), undefined);
  const suspended = setUp(realmOf('MD5'), { status: 'suspended' });
  const answer = authenticateIdentity(suspended.directory, 'u', 'pbx.example');
  t.match(answer, { allowed: false, refusal: { status: 403, reason: 'trunk_suspended' } });
});

t.test(
  'two domains in one request: a name beats an address, and an unknown name is refused wherever it stands',
  async (t) => {
    const { directory } = setUp(realmOf('MD5'));
    const resolver = new RealmResolver({ directory, defaultRealm: undefined, ownNames: ['node1'] });
    const both = (request: string, address: string) => resolver.resolveBoth(request, address).realm?.realm;
    t.equal(both('pbx.example', 'pbx.example'), 'pbx.example');
    t.equal(both('192.0.2.1', 'pbx.example'), 'pbx.example');
    t.equal(both('node1', 'PBX.example'), 'pbx.example');
    t.equal(both('pbx.example', '192.0.2.1'), 'pbx.example');
    t.equal(both('192.0.2.1', '192.168.0.9'), 'sip.didfarm.com');
    t.equal(both('pbx.example', 'elsewhere.example'), undefined);
    t.equal(both('192.0.2.1', 'elsewhere.example'), undefined);
    t.equal(both('elsewhere.example', 'pbx.example'), undefined);
  },
);
