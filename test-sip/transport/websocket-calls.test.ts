import t from 'tap';
import { CARRIER, callUp } from '../support/call.ts';
import { createAuthority } from '../support/certificate.ts';
import { freePort } from '../support/ports.ts';
import { startProduct } from '../support/product.ts';
import { UserAgent } from '../support/user-agent.ts';
import { until } from '../support/wait.ts';

/** RFC 7118: a browser's SIP stack registers, is called, calls back in the dialog, and hangs up. */
t.test('SIP over WebSocket', async (t) => {
  const authority = createAuthority(t);
  const ports = { ws: await freePort(), wss: await freePort() };
  const product = await startProduct(t, {
    DIDFARM_SIP_HOST: '127.0.0.1,::1',
    DIDFARM_SIP_TLS_PORT: String(await freePort()),
    DIDFARM_SIP_WS_PORT: String(ports.ws),
    DIDFARM_SIP_WSS_PORT: String(ports.wss),
    DIDFARM_TLS_CERT_FILE: authority.certFile,
    DIDFARM_TLS_KEY_FILE: authority.keyFile,
  });
  const trunk = product.trunk('Acme Corp');
  const uri = `sip:${trunk.dids[0]}@127.0.0.1:${product.sipPort}`;
  const server = { transport: 'udp', host: '127.0.0.1', port: product.sipPort } as const;
  const carrier = await UserAgent.open(t, { ...server, localAddress: '127.0.0.2' }, CARRIER);
  const noCall = () =>
    until('no call is left', async () => (await product.metric('didfarm_cac_leases{direction="in"}')) === 0);

  for (const transport of ['ws', 'wss'] as const) {
    for (const host of ['127.0.0.1', '::1']) {
      t.test(`${transport} over ${host}: registered, called, re-INVITE and BYE both ways`, async (t) => {
        const browser = await UserAgent.open(t, { transport, host, port: ports[transport], ca: authority.ca }, trunk);
        const contact = browser.contactUri;
        const fields = { contacts: [`<${contact}>`] };
        t.equal((await browser.register(fields)).answer.status, 200);
        const first = await callUp(carrier, uri, browser, contact);
        const [again] = await Promise.all([
          first.caller.reinvite(carrier.contactUri),
          first.callee.acceptReinvite(contact),
        ]);
        t.equal(again.status, 200, 're-INVITE towards the browser');
        const [bye] = await Promise.all([first.caller.hangUp(), first.callee.acceptHangUp()]);
        t.equal(bye.status, 200, 'BYE towards the browser');
        await noCall();
        const second = await callUp(carrier, uri, browser, contact);
        const [back] = await Promise.all([second.callee.hangUp(), second.caller.acceptHangUp()]);
        t.equal(back.status, 200, 'BYE from the browser');
        await noCall();
        t.equal((await browser.register({ ...fields, expires: 0 })).answer.status, 200);
      });
    }
  }
});
