import { readFileSync } from 'node:fs';
import t from 'tap';
import { createAuthority } from './support/certificate.ts';
import { configFile } from './support/config-file.ts';
import { logged } from './support/logged.ts';
import { freePort } from './support/ports.ts';
import { startProduct } from './support/product.ts';
import { openSipSocket } from './support/sip-socket.ts';
import { until } from './support/wait.ts';

/** F-128: a Teams SBC has neither a password nor an address that is its own; its certificate says who it is. */
t.test('a client certificate tells who calls', async (t) => {
  const authority = createAuthority(t);
  const port = await freePort();
  const product = await startProduct(t, {
    DIDFARM_SIP_TLS_PORT: String(port),
    DIDFARM_TLS_CERT_FILE: authority.certFile,
    DIDFARM_TLS_KEY_FILE: authority.keyFile,
    DIDFARM_TLS_CA_FILE: authority.caFile,
    ...configFile(t, 'sip: { tls_client_certificates: request }'),
  });
  const operator = async (method: string, path: string, body: unknown) => {
    const answer = await product.api(method, path, body, product.demo.operator_key);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return (answer.body as { data: { uuid: string } }).data;
  };
  const [account] = product.demo.accounts;
  const sbc = await operator('POST', '/portal/sip-trunks', {
    account_id: account?.id,
    name: 'Teams',
    auth_type: 'ip',
    tls_subjects: ['sbc.acme.example'],
    ip_target: '127.0.0.1:1;transport=tls',
  });
  const carrier = await operator('POST', '/carriers', { name: 'mutual' });
  await operator('PATCH', `/carriers/${carrier.uuid}/routing-policy`, { tls_subjects: ['sip.mutual.example'] });

  /** The final answer to an INVITE from a stranger's address, with or without a certificate for that domain. */
  const calls = async (domain: string | undefined, number: string, callId: string) => {
    const issued = domain === undefined ? undefined : authority.issue(domain);
    const read = (file: string) => readFileSync(file, 'utf8');
    const identity = issued && { cert: read(issued.certFile), key: read(issued.keyFile) };
    const socket = await openSipSocket({
      transport: 'tls',
      host: '127.0.0.1',
      port,
      localAddress: '127.0.0.9',
      ca: authority.ca,
      ...(identity && { identity }),
    });
    const answers: string[] = [];
    socket.onMessage((message) => answers.push(message.toString()));
    const { localAddress, localPort } = socket;
    const lines = [
      `INVITE sip:${number}@elsewhere.example SIP/2.0`,
      `Via: SIP/2.0/TLS ${localAddress}:${localPort};branch=z9hG4bK${callId}`,
      'Max-Forwards: 70',
      'From: <sip:+4930111222@elsewhere.example>;tag=1',
      `To: <sip:${number}@elsewhere.example>`,
      `Call-ID: ${callId}`,
      'CSeq: 1 INVITE',
      `Contact: <sip:sbc@${localAddress}:${localPort};transport=tls>`,
      'Content-Length: 0',
      '',
      '',
    ];
    socket.send(Buffer.from(lines.join('\r\n')));
    const final = () => answers.find((answer) => /^SIP\/2\.0 [3-6]/.test(answer));
    await until('it is answered', () => final() !== undefined);
    socket.close();
    return /Warning: 399 \S+ "(\w+)"/.exec(final() ?? '')?.[1];
  };

  t.test('its trunk, which is then held to its own numbers', async (t) => {
    t.equal(await calls('sbc.acme.example', '+33123456789', 'trunk@tls'), 'caller_id_forbidden');
    const line = await logged(
      product,
      'whose it was',
      ({ msg, callId }) => msg === 'call ended' && callId === 'trunk@tls',
    );
    t.match(line, { account: account?.id, trunk: sbc.uuid });
  });

  t.test('its carrier, whose calls are for numbers here', async (t) => {
    t.equal(await calls('sip.mutual.example', '+31999999999', 'carrier@tls'), 'unknown_did');
  });

  t.test('nobody, without a certificate or with one of another name', async (t) => {
    t.equal(await calls(undefined, '+31999999999', 'none@tls'), 'source_unknown');
    t.equal(await calls('sbc.other.example', '+31999999999', 'other@tls'), 'source_unknown');
  });
});
