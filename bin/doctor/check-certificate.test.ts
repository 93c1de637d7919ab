import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadConfig } from '../../config/index.ts';
import { TestAuthority } from '../../sip-engine/transport/testing-tls.ts';
import { checkCertificate } from './check-certificate.ts';

t.test('the platform certificate and those of the directory are checked, each against its domain', (t) => {
  const authority = new TestAuthority();
  t.teardown(() => authority.remove());
  const own = authority.issue('own', 'DNS:sip.platform.example');
  const other = authority.issue('other', 'DNS:other.example');
  const directory = t.testdir({ 'bistro.example.pem': 'nonsense', 'bistro.example.key': 'nonsense' });
  copyFileSync(other.certFile, join(directory, 'clinic.example.crt'));
  copyFileSync(own.keyFile, join(directory, 'clinic.example.key'));
  copyFileSync(other.certFile, join(directory, 'named.example.pem'));
  copyFileSync(other.keyFile, join(directory, 'named.example.key'));
  const { config } = loadConfig({
    DIDFARM_DOMAIN: 'sip.platform.example',
    DIDFARM_TLS_CERT_FILE: own.certFile,
    DIDFARM_TLS_KEY_FILE: own.keyFile,
    DIDFARM_TLS_CERT_DIR: directory,
  });
  t.match(checkCertificate(config), [
    // Certificates of tests are good for two days.
    { level: 'warning', text: /^of sip\.platform\.example valid until / },
    { level: 'fault', text: /^cannot be read: / },
    { level: 'fault', text: /clinic\.example\.key is not the key of .*clinic\.example\.crt$/ },
    { level: 'warning', text: /^of named\.example valid until / },
    { level: 'warning', text: 'does not name named.example' },
  ]);
  t.end();
});
