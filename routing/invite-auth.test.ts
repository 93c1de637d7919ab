import t from 'tap';
import { invite } from './fixtures.ts';
import { createInviteAuth } from './index.ts';

const REALMS = ['sip.didfarm.com', 'clinic.example'];

/** Which realm an INVITE with those two domains is challenged in. */
function realmFor(requestHost: string, fromHost: string): string {
  const realms = {
    resolve: (host: string) => {
      if (REALMS.includes(host)) return { realm: { realm: host }, isDefault: false };
      if (/^[\d.]+$/.test(host)) return { realm: { realm: 'sip.didfarm.com' }, isDefault: true };
      return { realm: undefined, rejection: { status: 403, reason: 'unknown_realm' } };
    },
  };
  const authenticator = {
    challengeOrAuthenticate: (_request: unknown, _kind: string, realm: { readonly realm: string }) => ({
      ok: true,
      trunk: realm.realm,
    }),
  };
  const auth = createInviteAuth({ realms, authenticator } as never);
  const verdict = auth.authenticate(invite({ uri: `sip:+33123456789@${requestHost}`, from: `<sip:x@${fromHost}>` }));
  return verdict.kind === 'accepted' ? String(verdict.trunk) : verdict.rejection.reason;
}

t.test('an INVITE is challenged in the realm that Request-URI or From names, whatever the other says', async (t) => {
  t.equal(realmFor('clinic.example', 'pbx.local'), 'clinic.example', 'a PBX that shows its own name');
  t.equal(realmFor('other.example', 'clinic.example'), 'clinic.example', 'a call to another domain');
  t.equal(realmFor('203.0.113.1', 'clinic.example'), 'clinic.example', 'a name beats an address');
  t.equal(realmFor('203.0.113.1', 'pbx.local'), 'sip.didfarm.com', 'the default realm');
  t.equal(realmFor('other.example', '203.0.113.1'), 'sip.didfarm.com');
  t.equal(realmFor('clinic.example', 'sip.didfarm.com'), 'clinic.example', 'the Request-URI first');
  t.equal(realmFor('other.example', 'pbx.local'), 'unknown_realm');
});
