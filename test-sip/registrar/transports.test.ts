import t from 'tap';
import { createAuthority } from '../support/certificate.ts';
import { configFile } from '../support/config-file.ts';
import { freePort } from '../support/ports.ts';
import { startProduct } from '../support/product.ts';
import type { ClientTransport } from '../support/sip-socket.ts';
import { UserAgent } from '../support/user-agent.ts';
import { clockWith, until } from '../support/wait.ts';

interface Shown {
  readonly state: string;
  readonly reason: string | null;
  readonly contacts: readonly {
    readonly contact: string;
    readonly transport: string;
    readonly rtt_ms: number | null;
  }[];
}

/** Every transport and both families, over real sockets: registered, shown as such, probed, gone. */
t.test('registration over every transport', async (t) => {
  const authority = createAuthority(t);
  const ports = { tls: await freePort(), ws: await freePort(), wss: await freePort() };
  const product = await startProduct(t, {
    DIDFARM_SIP_HOST: '127.0.0.1,::1',
    DIDFARM_SIP_TLS_PORT: String(ports.tls),
    DIDFARM_SIP_WS_PORT: String(ports.ws),
    DIDFARM_SIP_WSS_PORT: String(ports.wss),
    DIDFARM_TLS_CERT_FILE: authority.certFile,
    DIDFARM_TLS_KEY_FILE: authority.keyFile,
    ...configFile(t, 'registration: { probe_interval_sec: 1 }'),
  });
  const acme = product.trunk('Acme Corp');
  const portOf = (transport: ClientTransport) =>
    transport === 'udp' || transport === 'tcp' ? product.sipPort : ports[transport];
  const open = (transport: ClientTransport, host: string) =>
    UserAgent.open(t, { transport, host, port: portOf(transport), ca: authority.ca }, acme);
  const registration = async () => {
    const { body } = await product.api('GET', `/portal/sip-trunks/${acme.uuid}`);
    return (body as { data: { registration: Shown } }).data.registration;
  };

  t.test('all of them at once', async (t) => {
    t.equal((await product.api('PATCH', `/portal/sip-trunks/${acme.uuid}`, { max_contacts: 10 })).status, 200);
    t.jobs = 10;
    for (const transport of ['udp', 'tcp', 'tls', 'ws', 'wss'] as const) {
      for (const host of ['127.0.0.1', '::1']) {
        const name = `${transport} over ${host}: registered, probed through its flow, unregistered`;
        t.test(name, { buffered: true }, async (t) => {
          const pbx = await open(transport, host);
          const contact = `${pbx.contactUri};line=x7`;
          const fields = { contacts: [`<${contact}>`] };
          const { challenge, answer } = await pbx.register({ ...fields, expires: 120 });
          t.same([challenge.status, answer.status], [401, 200]);
          t.ok(answer.headerLines('contact').some((line) => /^<(.*)>;expires=1(20|19)$/.exec(line)?.[1] === contact));
          t.match((await registration()).state, 'registered');
          t.ok(
            (await registration()).contacts.some((shown) => shown.contact === contact && shown.transport === transport),
          );
          t.equal((await pbx.next('OPTIONS')).uri, contact, 'the Contact, byte for byte');
          const isMeasured = async () =>
            (await registration()).contacts.some((shown) => shown.contact === contact && (shown.rtt_ms ?? 0) > 0);
          await until('the round-trip time is shown', isMeasured);
          const gone = await pbx.register({ ...fields, expires: 0 });
          t.equal(gone.answer.status, 200);
          t.notOk(gone.answer.headerLines('contact').some((line) => line.includes(contact)));
        });
      }
    }
  });

  for (const transport of ['tcp', 'tls', 'ws', 'wss'] as const) {
    t.test(`a closed ${transport} connection from behind NAT is offline within 2 s, with flow_closed`, async (t) => {
      const pbx = await open(transport, '127.0.0.1');
      const { answer } = await pbx.register({
        contacts: [`<sip:pbx@10.1.2.3:5060;transport=${transport === 'wss' ? 'ws' : transport}>`],
      });
      t.equal(answer.status, 200);
      const nowMs = clockWith(t, product);
      pbx.socket.close();
      await until('it is offline', async () => (await registration()).state === 'offline');
      t.ok(nowMs() < 2000, `within ${nowMs()} ms`);
      t.match(await registration(), { reason: 'flow_closed' });
    });
  }

  t.test('a replaced certificate is used by the next handshake; who is connected stays', async (t) => {
    const before = await open('tls', '127.0.0.1');
    t.equal((await before.register()).answer.status, 200);
    authority.renew();
    await until('the new certificate is served', async () => {
      const after = await open('tls', '127.0.0.1');
      const isNew = after.socket.serverFingerprint !== before.socket.serverFingerprint;
      if (isNew) t.equal((await after.register()).answer.status, 200);
      after.socket.close();
      return isNew;
    });
    t.equal((await before.register()).answer.status, 200, 'over the connection of before');
    t.equal((await registration()).state, 'registered');
  });
});
