import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadConfig } from '../../config/index.ts';
import { TestAuthority } from '../../sip-engine/transport/testing-tls.ts';
import { checkCertificateGaps } from './check-certificate-gaps.ts';

t.test('domains that would be shown the default certificate are named in one warning', async (t) => {
  const authority = new TestAuthority();
  t.teardown(() => authority.remove());
  const own = authority.issue('own', 'DNS:sip.platform.example,DNS:*.sip.platform.example');
  const directory = t.testdir({ 'broken.example.pem': 'nonsense', 'broken.example.key': 'nonsense' });
  copyFileSync(own.certFile, join(directory, 'clinic.example.crt'));
  copyFileSync(own.keyFile, join(directory, 'clinic.example.key'));
  const { config } = loadConfig({
    DIDFARM_DOMAIN: 'sip.platform.example',
    DIDFARM_TLS_CERT_FILE: own.certFile,
    DIDFARM_TLS_KEY_FILE: own.keyFile,
    DIDFARM_TLS_CERT_DIR: directory,
  });
  const check = (...domains: readonly string[]) => checkCertificateGaps(config, () => Promise.resolve(domains));
  t.same(await check('clinic.example', 'acme.sip.platform.example'), []);
  t.match(await check('bistro.example', 'clinic.example', 'broken.example'), [
    { check: 'certificate', level: 'warning', text: /the SIP domains bistro\.example, broken\.example$/ },
  ]);
  const many = Array.from({ length: 30 }, (_, i) => `d${i}.example`);
  t.match(await check(...many), [{ text: /d19\.example and 10 more$/ }]);
});

t.test('without TLS nobody is shown a certificate, and nothing is asked', async (t) => {
  const { config } = loadConfig({});
  t.same(await checkCertificateGaps(config, () => Promise.reject(new Error('asked'))), []);
});
