import t, { type Test as TapTest } from 'tap';
import { challengeValue } from '../support/client-digest.ts';
import type { RegisterFields, UserAgent } from '../support/user-agent.ts';
import { startWorld } from './world.ts';

const OWN_DOMAIN = 'own.example';

/** RFC 3261 section 22, RFC 7616, RFC 8760 over the wire. */
t.test('digest', async (t) => {
  const world = await startWorld(t, 'auth: { nonce_lifetime_sec: 300 }');
  const { product } = world;
  const domain = {
    domain: OWN_DOMAIN,
    account_id: product.demo.accounts[0]?.id,
    digest_algorithms: ['SHA-512-256', 'SHA-256', 'MD5'],
  };
  t.equal((await product.api('POST', '/sip-domains', domain)).status, 201);
  const trunk = await world.trunk('digest');
  const own = await world.trunk('own domain', { realm: OWN_DOMAIN });

  t.test('RFC 8760: the default offer is MD5, then SHA-256, one line each with one nonce', async (t) => {
    const pbx = await world.pbx(trunk);
    const challenge = await pbx.exchange(pbx.buildRegister());
    const lines = challenge.headerLines('www-authenticate');
    t.same(
      lines.map((line) => challengeValue(line, 'algorithm')),
      ['MD5', 'SHA-256'],
    );
    t.equal(new Set(lines.map((line) => challengeValue(line, 'nonce'))).size, 1);
    for (const line of lines) {
      t.equal(challengeValue(line, 'realm'), trunk.realm);
      t.equal(challengeValue(line, 'qop'), 'auth');
      t.equal(challengeValue(line, 'stale'), '');
    }
    t.equal(challenge.header('warning'), undefined, 'a first challenge carries none');
  });

  t.test('RFC 8760: a SIP domain sets order and set', async (t) => {
    const pbx = await world.pbx(own);
    const challenge = await pbx.exchange(pbx.buildRegister());
    const lines = challenge.headerLines('www-authenticate');
    t.same(
      lines.map((line) => challengeValue(line, 'algorithm')),
      ['SHA-512-256', 'SHA-256', 'MD5'],
    );
  });

  for (const algorithm of ['MD5', 'SHA-256', 'SHA-512-256']) {
    t.test(`RFC 7616: a PBX registers with ${algorithm}`, async (t) => {
      const pbx = await world.pbx(own);
      t.equal((await pbx.register({ algorithm })).answer.status, 200);
      const wrong = { algorithm, password: 'not it' };
      const refused = await world.reasonOf('wrong_password', async () => (await pbx.register(wrong)).answer);
      t.match(refused, { status: 401, times: 1 });
    });
  }

  const rows: readonly { claim: string; fields: RegisterFields; status: number; reason: string; warning?: string }[] = [
    {
      claim: 'a wrong password is a fresh 401',
      fields: { password: 'not it' },
      status: 401,
      reason: 'wrong_password',
      warning: 'auth_failed',
    },
    {
      claim: 'an unknown user is the same 401 outside and told apart inside',
      fields: { username: 'nobody' },
      status: 401,
      reason: 'unknown_user',
      warning: 'auth_failed',
    },
    {
      claim: 'a foreign address-of-record is 403',
      fields: { to: `<sip:somebody@${trunk.realm}>` },
      status: 403,
      reason: 'aor_mismatch',
    },
    {
      claim: 'the legacy form without qop is 403 unless the trunk allows it',
      fields: { qop: false },
      status: 403,
      reason: 'auth_type_mismatch',
    },
  ];
  for (const { claim, fields, status, reason, warning = reason } of rows) {
    t.test(claim, async (t) => {
      const pbx = await world.pbx(trunk);
      const { answer, ...judged } = await world.reasonOf(reason, async () => (await pbx.register(fields)).answer);
      t.match(judged, { status, times: 1 });
      t.equal(answer.header('warning'), `399 ${trunk.realm} "${warning}"`);
      const again = answer.header('www-authenticate') ?? '';
      t.equal(again !== '' && challengeValue(again, 'nonce') !== '', status === 401, 'a nonce with every 401 only');
      t.equal(challengeValue(again, 'stale'), '', 'the nonce was not at fault');
    });
  }

  t.test('an allowed legacy digest is good once', async (t) => {
    const legacy = await world.trunk('legacy', { allow_no_qop: true });
    const pbx = await world.pbx(legacy);
    const challenge = await pbx.exchange(pbx.buildRegister());
    const send = () => {
      const authorization = pbx.authorize(challenge, { qop: false });
      return pbx.exchange(pbx.buildRegister({}, [['authorization', authorization]]));
    };
    t.equal((await send()).status, 200);
    const { answer, ...judged } = await world.reasonOf('nonce_replay', send);
    t.match(judged, { status: 401, times: 1 });
    t.match(answer.header('www-authenticate'), /stale=true/);
  });

  t.test('RFC 3261 22.3: credentials for other realms are ignored, ours is found among several', async (t) => {
    const pbx = await world.pbx(trunk);
    const foreign = 'Digest username="a", realm="elsewhere.example", nonce="n", uri="sip:e", response="00"';
    const challenge = await pbx.exchange(pbx.buildRegister());
    const ours = pbx.authorize(challenge);
    const mixed = pbx.buildRegister({}, [
      ['authorization', foreign],
      ['authorization', 'Basic YTpi'],
      ['authorization', ours],
    ]);
    t.equal((await pbx.exchange(mixed)).status, 200);
    const alone = () => pbx.exchange(pbx.buildRegister({}, [['authorization', foreign]]));
    const { answer, ...judged } = await world.reasonOf('unknown_realm', alone);
    t.match(judged, { status: 401, times: 1 });
    t.notMatch(answer.header('www-authenticate'), /stale=true/);
  });

  t.test('RFC 8760 2.4: a PBX that answers every challenge is accepted', async (t) => {
    const pbx = await world.pbx(trunk);
    const challenge = await pbx.exchange(pbx.buildRegister());
    const lines = ['MD5', 'SHA-256'].map(
      (algorithm) => ['authorization', pbx.authorize(challenge, { algorithm })] as const,
    );
    t.equal((await pbx.exchange(pbx.buildRegister({}, lines))).status, 200);
  });

  t.test('one nonce serves many REGISTERs with rising nc, in any order, each once', async (t) => {
    const pbx = await world.pbx(trunk);
    const challenge = await pbx.exchange(pbx.buildRegister());
    const send = (nc: number) =>
      pbx.exchange(pbx.buildRegister({}, [['authorization', pbx.authorize(challenge, {}, nc)]]));
    for (const nc of [1, 2, 5, 4, 2000]) t.equal((await send(nc)).status, 200, `nc ${nc}`);
    for (const nc of [5, 2000, 3]) await isStale(t, pbx, nc, send);
  });

  async function isStale(
    t: TapTest,
    pbx: UserAgent,
    nc: number,
    send: (nc: number) => ReturnType<UserAgent['exchange']>,
  ) {
    const { answer, ...judged } = await world.reasonOf('nonce_replay', () => send(nc));
    t.match(judged, { status: 401, times: 1 }, `nc ${nc}`);
    t.match(answer.header('www-authenticate'), /stale=true/);
    t.equal(
      (await pbx.exchange(pbx.buildRegister({}, [['authorization', pbx.authorize(answer)]]))).status,
      200,
      'the new nonce is good',
    );
  }

  t.test('A12: a PBX set up by address gets the default realm; an unknown domain is 403 with a sentence', async (t) => {
    const acme = product.trunk('Acme Corp');
    const pbx = await world.pbx(acme);
    const byAddress = { uri: 'sip:127.0.0.1', to: `<sip:${acme.username}@127.0.0.1>` };
    t.equal((await pbx.register(byAddress)).answer.status, 200);
    const unknown = { uri: 'sip:nowhere.example', to: `<sip:${acme.username}@nowhere.example>` };
    const { answer, ...judged } = await world.reasonOf('unknown_realm', () => pbx.exchange(pbx.buildRegister(unknown)));
    t.match(judged, { status: 403, times: 1 });
    t.match(answer.header('warning'), /unknown_realm/);
  });
});
