import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runDoctor } from '../../bin/doctor/run-doctor.ts';
import { CARRIER, callUp } from '../support/call.ts';
import { createAuthority } from '../support/certificate.ts';
import { configFile } from '../support/config-file.ts';
import { logged } from '../support/logged.ts';
import { freePort } from '../support/ports.ts';
import { startProduct } from '../support/product.ts';
import { UserAgent } from '../support/user-agent.ts';
import { until } from '../support/wait.ts';

t.test('SIP domains of tenants over TLS', async (t) => {
  const authority = createAuthority(t);
  const directory = t.testdir({ 'broken.example.pem': 'nonsense', 'broken.example.key': 'nonsense' });
  const install = (domain: string) => {
    const { certFile, keyFile } = authority.issue(domain);
    copyFileSync(certFile, join(directory, `${domain}.pem`));
    copyFileSync(keyFile, join(directory, `${domain}.key`));
  };
  for (const domain of ['bistro.example', 'clinic.example']) install(domain);
  const port = await freePort();
  const product = await startProduct(t, {
    DIDFARM_SIP_TLS_PORT: String(port),
    DIDFARM_TLS_CERT_FILE: authority.certFile,
    DIDFARM_TLS_KEY_FILE: authority.keyFile,
    DIDFARM_TLS_CERT_DIR: directory,
    DIDFARM_TLS_CA_FILE: authority.caFile,
    ...configFile(t, 'sip: { tls_client_certificates: request }'),
  });
  // The handshake fails unless the certificate is that of the domain.
  const connect = (name: string, serverName: string) =>
    UserAgent.open(t, { transport: 'tls', host: '127.0.0.1', port, ca: authority.ca, serverName }, product.trunk(name));
  const carrier = await UserAgent.open(
    t,
    { transport: 'udp', host: '127.0.0.1', port: product.sipPort, localAddress: '127.0.0.2' },
    CARRIER,
  );
  const shown = async (serverName: string) => {
    const { socket } = await connect('Bistro Group', serverName);
    socket.close();
    return socket.serverFingerprint;
  };

  t.test('each domain is shown its own certificate, everybody else that of the platform', async (t) => {
    for (const [name, domain] of [
      ['Bistro Group', 'bistro.example'],
      ['City Clinic', 'clinic.example'],
      ['Acme Corp', 'localhost'],
    ] as const) {
      const pbx = await connect(name, domain);
      t.equal((await pbx.register()).answer.status, 200, domain);
      pbx.socket.close();
    }
    await t.rejects(connect('City Clinic', 'broken.example'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  t.test('a certificate that cannot be used is told, and the others are shown', async (t) => {
    await logged(product, 'so', ({ msg }) => msg === 'a certificate cannot be used');
    const lines = product.log().filter(({ msg }) => msg === 'a certificate cannot be used');
    t.match(lines, [{ level: 'error', reason: /broken\.example\.pem is no PEM certificate$/ }]);
  });

  t.test('a domain without a certificate is told once, by the log and by the doctor, until it has one', async (t) => {
    const told = () => product.log().filter(({ msg }) => String(msg).startsWith('SIP domains without a certificate'));
    const bare = async () => {
      const findings = await runDoctor(product.env);
      return findings.filter(({ text }) => text.startsWith('none of their own')).map(({ text }) => text);
    };
    const account_id = product.demo.accounts[0]?.id;
    t.same(told(), [], 'those of the demo world have theirs');
    t.same(await bare(), []);
    for (const domain of ['garage.example', 'clinic-two.example']) {
      t.match(await product.api('POST', '/sip-domains', { domain, account_id }), { status: 201 });
      await until('it is told', () => told().some(({ domains }) => String(domains) === domain));
    }
    t.equal(told().length, 2);
    t.same(await bare(), ['none of their own for the SIP domains garage.example, clinic-two.example']);
    install('garage.example');
    t.same(await bare(), ['none of their own for the SIP domains clinic-two.example']);
  });

  t.test('a call stays up while the certificate of its domain is swapped', async (t) => {
    const pbx = await connect('Bistro Group', 'bistro.example');
    t.equal((await pbx.register()).answer.status, 200);
    const [did] = product.trunk('Bistro Group').dids;
    const other = await shown('clinic.example');
    const contact = pbx.contactUri;
    const { caller, callee } = await callUp(carrier, `sip:${did}@127.0.0.1:${product.sipPort}`, pbx, contact);
    const before = pbx.socket.serverFingerprint;
    install('bistro.example');
    await until('the new certificate is shown', async () => (await shown('bistro.example')) !== before);
    t.equal(await shown('clinic.example'), other, 'the other domain is as it was');
    const [again] = await Promise.all([caller.reinvite(carrier.contactUri), callee.acceptReinvite(contact)]);
    t.equal(again.status, 200);
    const [bye] = await Promise.all([callee.hangUp(), caller.acceptHangUp()]);
    t.equal(bye.status, 200);
    await logged(
      product,
      'so',
      ({ msg, names }) => msg === 'certificate reloaded' && String(names) === 'bistro.example',
    );
  });

  t.test('a domain whose certificate comes later needs no restart', async (t) => {
    install('late.example');
    await until('it is shown', () =>
      connect('Acme Corp', 'late.example').then(
        () => true,
        () => false,
      ),
    );
    t.equal((await (await connect('Acme Corp', 'late.example')).register()).answer.status, 200);
  });
});
