import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import t, { type Test } from 'tap';
import type { TlsOptions } from './certificate-store.ts';
import { createTransportLayer } from './index.ts';
import { createTestPorts, EventRecorder, sipRequest } from './testing.ts';
import { shakeHands, shownName, TestAuthority, type TestCertificate } from './testing-tls.ts';

const authority = new TestAuthority();
const a = authority.issue('a', 'DNS:a.example,URI:sip:sip.a.example');
const b = authority.issue('b', 'DNS:b.example,DNS:*.b.example');
const ca = readFileSync(authority.caFile, 'utf8');
t.teardown(() => authority.remove());

/** A TLS port with these certificates; `shows` tells whose one a handshake is shown, `none` when it fails. */
async function start(t: Test, tls: Partial<TlsOptions> = {}) {
  const ports = createTestPorts();
  const events = new EventRecorder();
  const layer = createTransportLayer({ tls: { certificates: [a, b], ...tls } }, events, ports);
  t.teardown(() => layer.close());
  const { port } = await layer.listen({ transport: 'tls', host: '127.0.0.1', port: 0 });
  const handshake = (servername: string, own: ConnectionOptions = {}) =>
    shakeHands(t, ca, port, { servername, ...own });
  const shows = async (servername: string) => handshake(servername).then(shownName, () => 'none');
  const errors = () => ports.logged.filter(({ level }) => level === 'error');
  return { ports, events, handshake, shows, errors };
}

function install(from: TestCertificate, certFile: string, keyFile: string): void {
  copyFileSync(from.certFile, certFile);
  copyFileSync(from.keyFile, keyFile);
}

t.test('a certificate of its own is one that can be loaded and is named for the domain, or has it', async (t) => {
  const directory = t.testdir({ 'broken.example.pem': 'nonsense', 'broken.example.key': 'nonsense' });
  const ports = createTestPorts();
  const layer = createTransportLayer({ tls: { certificates: [a, b], directory } }, new EventRecorder(), ports);
  t.teardown(() => layer.close());
  for (const name of ['A.example', 'sip.a.example', 'tenant.b.example']) t.ok(layer.hasCertificate(name), name);
  for (const name of ['broken.example', 'deep.tenant.b.example', 'new.example', ''])
    t.notOk(layer.hasCertificate(name));
  install(a, join(directory, 'new.example.crt'), join(directory, 'new.example.key'));
  ports.advance(2_000);
  t.ok(layer.hasCertificate('new.example'), 'as soon as its files are there');
  const plain = createTransportLayer({}, new EventRecorder(), ports);
  t.teardown(() => plain.close());
  t.notOk(plain.hasCertificate('a.example'), 'nothing is shown where TLS is not configured');
});

t.test('two SIP domains get two certificates by SNI; others and none get the first', async (t) => {
  const { shows } = await start(t);
  for (const [servername, name] of [
    ['a.example', 'cn-of-a'],
    ['sip.a.example', 'cn-of-a'],
    ['B.example', 'cn-of-b'],
    ['tenant.b.example', 'cn-of-b'],
    ['deep.tenant.b.example', 'cn-of-a'],
    ['unknown.example', 'cn-of-a'],
    ['', 'cn-of-a'],
  ] as const) {
    t.equal(await shows(servername), name, servername);
  }
});

t.test('a certificate swapped on disk is used by the next handshake, and no connection is dropped', async (t) => {
  const live = { certFile: join(authority.directory, 'live.pem'), keyFile: join(authority.directory, 'live.key') };
  for (const servername of ['a.example', '']) {
    install(a, live.certFile, live.keyFile);
    const { ports, events, handshake, shows } = await start(t, { certificates: [live] });
    const old = await handshake(servername);
    install(b, live.certFile, live.keyFile);
    ports.advance(2_000);
    t.equal(await shows(servername), 'cn-of-b', `server name '${servername}'`);
    events.answer = (_text, flow) => flow.send(Buffer.from('still here'));
    old.write(sipRequest('old'));
    t.equal(String((await once(old, 'data'))[0]), 'still here');
    t.equal(events.closed.length, 0);
  }
});

t.test('a half-written pair leaves the old certificate in use until it is whole', async (t) => {
  const live = { certFile: join(authority.directory, 'half.pem'), keyFile: join(authority.directory, 'half.key') };
  install(a, live.certFile, live.keyFile);
  const { ports, shows } = await start(t, { certificates: [live] });
  writeFileSync(live.certFile, readFileSync(b.certFile).subarray(0, 100));
  ports.advance(2_000);
  t.equal(await shows(''), 'cn-of-a');
  copyFileSync(b.certFile, live.certFile);
  ports.advance(2_000);
  t.equal(await shows(''), 'cn-of-a', 'the key is still of the old one');
  ports.advance(2_000);
  t.equal(await shows(''), 'cn-of-a');
  t.same(
    ports.logged.filter(({ level }) => level === 'warn').map(({ fields }) => (fields as { reason: string }).reason),
    [`${live.certFile} is no PEM certificate`, `${live.keyFile} is not the key of ${live.certFile}`],
    'each fault is told once',
  );
  copyFileSync(b.keyFile, live.keyFile);
  ports.advance(2_000);
  t.equal(await shows(''), 'cn-of-b');
});

t.test('a directory names each certificate by its domain, as files or as certbot has them', async (t) => {
  const directory = t.testdir({ 'acme.example': {}, archive: {}, README: 'not a certificate' });
  install(b, join(directory, 'acme.example', 'fullchain.pem'), join(directory, 'acme.example', 'privkey.pem'));
  install(a, join(directory, 'Bistro.example.crt'), join(directory, 'Bistro.example.key'));
  const { shows, errors } = await start(t, { certificates: [a], directory });
  t.equal(await shows('acme.example'), 'cn-of-b');
  t.equal(await shows('ACME.example'), 'cn-of-b');
  t.equal(await shows('bistro.example'), 'cn-of-a');
  t.equal(await shows('sub.b.example'), 'cn-of-b', 'a name in the certificate');
  t.equal(await shows('unknown.example'), 'cn-of-a');
  t.same(errors(), []);
});

t.test('what is named for a domain comes before what has its name', async (t) => {
  const directory = t.testdir({});
  install(b, join(directory, 'a.example.pem'), join(directory, 'a.example.key'));
  const { shows } = await start(t, { certificates: [a], directory });
  t.equal(await shows('a.example'), 'cn-of-b');
  t.equal(await shows('sip.a.example'), 'cn-of-a');
});

t.test('domains come and go while we listen, and their files are swapped', async (t) => {
  const directory = t.testdir({});
  const [pem, key] = [join(directory, 'late.example.pem'), join(directory, 'late.example.key')];
  const { ports, shows } = await start(t, { certificates: [a], directory });
  t.equal(await shows('late.example'), 'cn-of-a');
  install(b, pem, key);
  ports.advance(2_000);
  t.equal(await shows('late.example'), 'cn-of-b');
  install(a, pem, key);
  ports.advance(2_000);
  t.equal(await shows('late.example'), 'cn-of-a');
  install(b, pem, key);
  ports.advance(2_000);
  t.equal(await shows('late.example'), 'cn-of-b');
  for (const file of [pem, key]) rmSync(file);
  ports.advance(2_000);
  t.equal(await shows('late.example'), 'cn-of-a');
});

t.test('one broken certificate is told, and keeps no other from being shown; mended it is used', async (t) => {
  const directory = t.testdir({ 'broken.example.pem': 'nonsense', 'broken.example.key': 'nonsense' });
  mkdirSync(join(directory, 'empty.example'));
  install(b, join(directory, 'good.example.pem'), join(directory, 'good.example.key'));
  const { ports, shows, errors } = await start(t, { certificates: [a], directory });
  const [broken, empty] = [join(directory, 'broken.example.pem'), join(directory, 'empty.example', 'fullchain.pem')];
  t.match(errors(), [
    { text: 'a certificate cannot be used', fields: { certFile: broken, reason: `${broken} is no PEM certificate` } },
    { fields: { certFile: empty, reason: `${empty} cannot be read (ENOENT)` } },
  ]);
  t.equal(await shows('good.example'), 'cn-of-b');
  t.equal(await shows('broken.example'), 'cn-of-a', 'the default one');
  install(b, broken, join(directory, 'broken.example.key'));
  install(b, empty, join(directory, 'empty.example', 'privkey.pem'));
  ports.advance(2_000);
  t.equal(await shows('broken.example'), 'cn-of-b');
  t.equal(await shows('empty.example'), 'cn-of-b');
});

t.test('a domain whose own certificate is broken is shown the wildcard that has it', async (t) => {
  const directory = t.testdir({ 'tenant.b.example.pem': 'nonsense', 'tenant.b.example.key': 'nonsense' });
  const { shows } = await start(t, { directory });
  t.equal(await shows('tenant.b.example'), 'cn-of-b');
});

t.test('a default certificate that is missing fails handshakes until it is there; the socket listens', async (t) => {
  const certificate = { certFile: join(t.testdir({}), 'c.pem'), keyFile: join(t.testdirName, 'c.key') };
  const { ports, shows, errors } = await start(t, { certificates: [certificate] });
  t.match(errors(), [{ fields: { reason: `${certificate.certFile} cannot be read (ENOENT)` } }]);
  t.equal(await shows(''), 'none');
  install(a, certificate.certFile, certificate.keyFile);
  ports.advance(2_000);
  t.equal(await shows(''), 'cn-of-a');
});

t.test('without a default certificate that of the default domain takes its place', async (t) => {
  const directory = t.testdir({});
  install(b, join(directory, 'platform.example.pem'), join(directory, 'platform.example.key'));
  install(a, join(directory, 'a.example.pem'), join(directory, 'a.example.key'));
  const { shows } = await start(t, { certificates: [], directory, defaultDomain: 'platform.example' });
  t.equal(await shows(''), 'cn-of-b');
  t.equal(await shows('unknown.example'), 'cn-of-b');
  t.equal(await shows('a.example'), 'cn-of-a');
});

t.test('a directory that cannot be read is told, and read once it is there', async (t) => {
  const directory = join(t.testdir({}), 'later');
  const { ports, shows, errors } = await start(t, { certificates: [a], directory });
  t.match(errors(), [{ text: 'the directory of certificates cannot be read', fields: { directory } }]);
  mkdirSync(directory);
  install(b, join(directory, 'late.example.pem'), join(directory, 'late.example.key'));
  ports.advance(2_000);
  t.equal(await shows('late.example'), 'cn-of-b');
});

t.test('peers prove themselves to the authorities as they are on disk, on every domain', async (t) => {
  const other = new TestAuthority();
  t.teardown(() => other.remove());
  const own = other.issue('sbc', 'DNS:sbc.example');
  const identity = { cert: readFileSync(own.certFile), key: readFileSync(own.keyFile) };
  const caFile = join(t.testdir({}), 'authorities.pem');
  const { ports, events, handshake, errors } = await start(t, { caFile, clientCertificates: 'request' });
  const proved = async (servername: string) => {
    const socket = await handshake(servername, identity);
    socket.write(sipRequest('mutual'));
    const { flow } = await events.message(events.received.length + 1);
    return flow.peerCertificate?.names;
  };
  t.match(errors(), [{ text: 'the authorities for peers cannot be read', fields: { caFile } }]);
  t.equal(await proved('b.example'), undefined, 'nobody is trusted without authorities');
  copyFileSync(other.caFile, caFile);
  ports.advance(2_000);
  t.same(await proved('b.example'), ['sbc.example']);
  t.same(await proved(''), ['sbc.example']);
  copyFileSync(authority.caFile, caFile);
  ports.advance(2_000);
  t.equal(await proved('b.example'), undefined);
});
