import { hash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Srf from 'drachtio-srf';

/**
 * What a drachtio application does at least to register and call PBXes: digest with nonces of its own, Contacts in a Map,
 * INVITE bridged to the Contact of the number's PBX. Nothing is stored, limited or written down.
 * usage: APP_PORT SECRET USERS_CSV DIDS_CSV|-
 */
const [appPort, secret = '', usersCsv = '', didsCsv = '-'] = process.argv.slice(2);
const lines = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
const ha1s = new Map(
  lines(usersCsv).map(([user = '', realm = '', password = '']) => [user, hash('md5', `${user}:${realm}:${password}`)]),
);
const owners = new Map(didsCsv === '-' ? [] : lines(didsCsv).map(([did = '', user = '']) => [did, user]));
const contacts = new Map<string, string>();
const nonces = new Set<string>();

const srf = new Srf();
srf.use('register', (req, res) => {
  const given = readCredentials(req.get('Authorization'));
  const user = given.get('username') ?? '';
  if (!isProved(given, ha1s.get(user))) {
    const nonce = randomBytes(16).toString('hex');
    nonces.add(nonce);
    const realm = /sip:([^;>]+)/.exec(req.uri)?.[1] ?? '';
    const challenge = `Digest realm="${realm}", nonce="${nonce}", algorithm=MD5, qop="auth"`;
    res.send(401, { headers: { 'WWW-Authenticate': challenge } });
    return;
  }
  const contact = req.get('Contact');
  contacts.set(user, /<([^>]+)>/.exec(contact)?.[1] ?? '');
  res.send(200, { headers: { Contact: `${contact};expires=3600` } });
});
srf.invite(async (req, res) => {
  const target = contacts.get(owners.get(/sip:([^@]+)@/.exec(req.uri)?.[1] ?? '') ?? '');
  if (target === undefined) {
    res.send(404);
    return;
  }
  try {
    const { uas, uac } = await srf.createB2BUA(req, res, target, { localSdpB: req.body });
    uas.on('destroy', () => void uac.destroy());
    uac.on('destroy', () => void uas.destroy());
  } catch {
    // The caller's side counts what failed.
  }
});
srf.on('connect', () => console.log(JSON.stringify({ ready: 1 })));
void srf.connect({ host: '127.0.0.1', port: Number(appPort), secret });
process.once('SIGTERM', () => process.exit(0));

function readCredentials(header: string | undefined): ReadonlyMap<string, string> {
  const pairs = [...(header ?? '').matchAll(/(\w+)="?([^",]+)"?/g)];
  return new Map(pairs.map(([, name = '', value = '']) => [name, value]));
}

/** RFC 7616 section 3.4.1, with qop auth. */
function isProved(given: ReadonlyMap<string, string>, ha1: string | undefined): boolean {
  const of = (name: string) => given.get(name) ?? '';
  if (ha1 === undefined || !nonces.has(of('nonce'))) return false;
  const ha2 = hash('md5', `REGISTER:${of('uri')}`);
  return of('response') === hash('md5', `${ha1}:${of('nonce')}:${of('nc')}:${of('cnonce')}:auth:${ha2}`);
}
