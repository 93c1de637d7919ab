import t, { type Test as TapTest } from 'tap';
import { type Nat, startNat } from '../relay/index.ts';
import { startBaresip } from '../support/baresip.ts';
import { createAuthority } from '../support/certificate.ts';
import { startKamailio } from '../support/kamailio.ts';
import { freePort } from '../support/ports.ts';
import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/wait.ts';
import { startWorld, type Trunk, type World } from './world.ts';

const EXPIRES_SEC = 10;
const SETTINGS = `registration: { min_expires_sec: ${EXPIRES_SEC}, probe_interval_sec: 2 }`;
/**
 * A refresh comes within the expiry. Where a slow machine takes longer to start the server again, baresip is refused a
 * connection, and waits for up to a minute before its next try.
 */
const REFRESH_LIMIT_MS = (EXPIRES_SEC + 80) * 1000;

interface Shown {
  readonly state: string;
  readonly contacts: readonly {
    readonly source: string;
    readonly transport: string;
    readonly user_agent: string;
    readonly refreshed_at: string;
  }[];
}

/** A program that nobody here wrote, registered to the trunk of that name. */
interface Client {
  readonly name: string;
  readonly trunk: Trunk;
  readonly agent: RegExp;
  /** The NAT it is behind, if it is. */
  readonly nat?: Nat;
  output(): string;
}

async function shownIn(product: Product, trunk: Trunk): Promise<Shown> {
  const { body } = await product.api('GET', `/portal/sip-trunks/${trunk.uuid}`);
  return (body as { data: { registration: Shown } }).data.registration;
}

/** Debian's baresip gives up at a challenge that is not MD5, even beside one that is: its domain offers MD5 alone. */
async function baresipTrunks(world: World): Promise<readonly [Trunk, Trunk]> {
  const [account] = world.product.demo.accounts;
  const domain = { domain: 'baresip.example', account_id: account?.id, digest_algorithms: ['MD5'] };
  const { status } = await world.product.api('POST', '/sip-domains', domain);
  if (status !== 201) throw new Error(`no domain: ${status}`);
  const realm = { realm: domain.domain };
  return [await world.trunk('baresip over UDP', realm), await world.trunk('baresip over TLS', realm)];
}

/** Behind NATs over UDP: baresip and Kamailio. Straight over TLS: baresip. */
async function startClients(t: TapTest, world: World, tlsPort: number, caFile: string): Promise<Client[]> {
  const { product } = world;
  const natFor = async (seed: number) => {
    const servers = [{ host: '127.0.0.1', port: product.sipPort }];
    const nat = await startNat({ servers, kind: 'port_restricted', outside: '127.0.0.5', seed });
    t.teardown(() => nat.close());
    return nat;
  };
  const [first, second] = [await natFor(11), await natFor(12)];
  const [byUdp, byTls] = await baresipTrunks(world);
  const beta = product.trunk('Beta Services');
  const baresip = (trunk: Trunk, proxy: string) =>
    startBaresip(t, { ...trunk, proxy, intervalSec: EXPIRES_SEC, listen: '127.0.0.1:0', caFile });
  const own = { host: '127.0.0.1', port: await freePort() };
  const registrar = `127.0.0.1:${second.inner().port}`;
  const uac = startKamailio(t, { ...beta, ...own, registrar, expiresSec: EXPIRES_SEC });
  const udp = baresip(byUdp, `sip:127.0.0.1:${first.inner().port};transport=udp`);
  const tls = baresip(byTls, `sip:127.0.0.1:${tlsPort};transport=tls`);
  return [
    { name: 'baresip over UDP', trunk: byUdp, agent: /^baresip/, nat: first, ...udp },
    { name: "Kamailio's uac module", trunk: beta, agent: /^kamailio/i, nat: second, ...uac },
    { name: 'baresip over TLS', trunk: byTls, agent: /^baresip/, ...tls },
  ];
}

t.test('clients that nobody here wrote', async (t) => {
  const authority = createAuthority(t);
  const tlsPort = await freePort();
  const world = await startWorld(t, SETTINGS, {
    DIDFARM_SIP_TLS_PORT: String(tlsPort),
    DIDFARM_TLS_CERT_FILE: authority.certFile,
    DIDFARM_TLS_KEY_FILE: authority.keyFile,
  });
  const { product } = world;
  const clients = await startClients(t, world, tlsPort, authority.caFile);

  for (const { name, trunk, agent, nat, output } of clients) {
    await t.test(`${name} registers`, async (t) => {
      t.teardown(() => (t.passing() ? undefined : t.comment(output())));
      let shown: Shown | undefined;
      await until('it registers', async () => {
        shown = await shownIn(product, trunk);
        return shown.state === 'registered';
      });
      const source = nat === undefined ? /^127\.0\.0\.1:/ : /^127\.0\.0\.5:/;
      const transport = nat === undefined ? 'tls' : 'udp';
      t.match(shown?.contacts, [{ source, user_agent: agent, transport }]);
    });
  }

  // The server dies, its certificate is another, and the NATs have new addresses.
  authority.renew();
  await world.stored(...clients.map((client) => client.trunk));
  await product.stop('SIGKILL');
  for (const { nat } of clients) nat?.moveTo('127.0.0.6');
  const again = await startProduct(t, product.env);

  for (const { name, trunk, nat, output } of clients) {
    const claim = nat === undefined ? 'trusts the new certificate' : 'is found at its new address';
    await t.test(`${name} ${claim}, with its next refresh after the restart`, async (t) => {
      t.teardown(() => (t.passing() ? undefined : t.comment(output())));
      let before = '';
      const isThere = async () => {
        const { state, contacts } = await shownIn(again, trunk);
        const [contact] = contacts;
        before = contact?.refreshed_at ?? '';
        if (state !== 'registered' || contact === undefined || contacts.length > 1) return false;
        return nat === undefined ? contact.transport === 'tls' : contact.source.startsWith('127.0.0.6:');
      };
      await until('it is registered, once', isThere, REFRESH_LIMIT_MS);
      const isRefreshed = async () =>
        (await shownIn(again, trunk)).contacts.some((contact) => contact.refreshed_at > before);
      await until('it is refreshed', isRefreshed, REFRESH_LIMIT_MS);
    });
  }

  t.test('none was banned', async (t) => {
    t.equal(await again.metric('didfarm_bans'), 0);
  });
});
