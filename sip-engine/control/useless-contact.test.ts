import t from 'tap';
import { testbed } from './call-testbed.ts';
import { failureAck, inviteText, responseTo, SDP } from './call-text.ts';

const END = 'Content-Length: 0\r\n\r\n';
/** No SIP URI, or a transport that an engine without TLS does not speak. */
const USELESS = ['<http://127.0.0.1/x>', '*', '<sips:b@127.0.0.1:9>', '<sip:b@127.0.0.1:9;transport=tls>', '<tel:+31>'];

t.test('a 2xx whose Contact is of no use is acknowledged where it came from, and BYE goes there too', async (t) => {
  const { app, peer, engine } = await testbed(t);
  for (const contact of USELESS) {
    await app.ask('sip||', `INVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n\r\n${SDP}`);
    peer.send(responseTo(await peer.next(), 200, { tag: 'b', contact }));
    const { tokens, sip } = await app.next();
    t.match(sip, /^SIP\/2\.0 200/);
    const id = tokens[9] ?? '';
    t.equal((await app.ask(`sip||${id}`, `ACK sip:x SIP/2.0\r\n${END}`)).tokens[3], 'OK');
    t.equal((await peer.next()).method, 'ACK', contact);
    await app.ask(`sip||${id}`, `BYE sip:x SIP/2.0\r\n${END}`);
    const bye = await peer.next();
    t.equal(bye.method, 'BYE', contact);
    peer.send(responseTo(bye, 200));
    t.match((await app.next()).sip, /^SIP\/2\.0 200/);
  }
  t.equal(engine.stats.dialogs, 0);
});

t.test('an INVITE whose caller could never be sent a request gets 400 at once; a proxy in between helps', async (t) => {
  const { app, peer } = await testbed(t);
  const invite = (name: string, contact: string, lines: readonly string[] = []) =>
    inviteText(name, peer.port, { lines }).replace(/^Contact: .*$/m, `Contact: ${contact}`);
  for (const [index, contact] of USELESS.entries()) {
    peer.send(invite(`uc${index}`, contact));
    let answer = await peer.next();
    if (answer.status === 100) answer = await peer.next();
    t.equal(answer.status, 400, contact);
    peer.send(failureAck(answer));
  }
  t.ok(await app.idle());
  peer.send(invite('uc', '<sips:a@h>', ['Record-Route: <sip:127.0.0.1;lr>']));
  t.match((await app.next()).sip, /^INVITE /);
});
