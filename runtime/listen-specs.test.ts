import { join } from 'node:path';
import t from 'tap';
import { loadConfig } from '../config/index.ts';
import { listenSpecs, tlsOptions } from './listen-specs.ts';

const sipOf = (env: Record<string, string>) => loadConfig(env).config.sip;
const brief = (env: Record<string, string>, hasIpv6 = true) =>
  listenSpecs(sipOf(env), hasIpv6).map((spec) => `${spec.transport}/${spec.host}:${spec.port}`);

t.test('by default every address listens on UDP and TCP, IPv6 where the machine has it', async (t) => {
  t.strictSame(brief({}), ['udp/0.0.0.0:5060', 'tcp/0.0.0.0:5060', 'udp/:::5060', 'tcp/:::5060']);
  t.strictSame(brief({}, false), ['udp/0.0.0.0:5060', 'tcp/0.0.0.0:5060']);
});

t.test('a certificate adds TLS, ports add WebSocket', async (t) => {
  const env = {
    DIDFARM_SIP_HOST: '127.0.0.1',
    DIDFARM_TLS_CERT_FILE: 'c.pem',
    DIDFARM_TLS_KEY_FILE: 'k.pem',
    DIDFARM_SIP_WS_PORT: '8088',
    DIDFARM_SIP_WSS_PORT: '8089',
  };
  const transports = [
    'udp/127.0.0.1:5060',
    'tcp/127.0.0.1:5060',
    'tls/127.0.0.1:5061',
    'ws/127.0.0.1:8088',
    'wss/127.0.0.1:8089',
  ];
  t.strictSame(brief(env), transports);
});

t.test('TLS shows the certificates of the platform and of SIP domains, and asks for those of peers', async (t) => {
  const tlsOf = (env: Record<string, string>) => tlsOptions(loadConfig({ ...env, DIDFARM_DOMAIN: 'p.example' }).config);
  t.equal(tlsOf({}), undefined);
  t.strictSame(tlsOf({ DIDFARM_TLS_CERT_FILE: 'c.pem', DIDFARM_TLS_KEY_FILE: 'k.pem' }), {
    certFile: 'c.pem',
    keyFile: 'k.pem',
    defaultDomain: 'p.example',
    clientCertificates: 'none',
  });
  const file = join(
    t.testdir({ 'c.yaml': 'sip: { tls_client_certificates: require, tls_ca_file: ca.pem }' }),
    'c.yaml',
  );
  t.strictSame(tlsOf({ DIDFARM_CONFIG: file, DIDFARM_TLS_CERT_DIR: 'certs' }), {
    directory: 'certs',
    caFile: 'ca.pem',
    defaultDomain: 'p.example',
    clientCertificates: 'require',
  });
  t.match(brief({ DIDFARM_SIP_HOST: '::1', DIDFARM_TLS_CERT_DIR: 'certs' }), [
    'udp/::1:5060',
    'tcp/::1:5060',
    'tls/::1:5061',
  ]);
});

t.test('the external address is told apart from its port, also for IPv6', async (t) => {
  const external = (text: string) =>
    listenSpecs(sipOf({ DIDFARM_SIP_EXTERNAL: text, DIDFARM_SIP_HOST: '127.0.0.1' }))[0];
  t.match(external('203.0.113.5'), { externalHost: '203.0.113.5', externalPort: undefined });
  t.match(external('sip.example.com:5070'), { externalHost: 'sip.example.com', externalPort: 5070 });
  t.match(external('[2001:db8::1]:5070'), { externalHost: '2001:db8::1', externalPort: 5070 });
  t.match(external('2001:db8::1'), { externalHost: '2001:db8::1' });
});
