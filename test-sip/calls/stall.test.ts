import { setTimeout as passed } from 'node:timers/promises';
import t from 'tap';
import { startProduct } from '../support/product.ts';
import { UserAgent } from '../support/user-agent.ts';
import { SDP } from './call-fleet.ts';

/** More than the 4 s after which a PBX that says nothing at all is passed over. */
const STALL_MS = 5000;

t.test('a PBX that answers while the server stands still has not been silent', async (t) => {
  const product = await startProduct(t);
  const trunk = product.trunk('Beta Services');
  const server = { transport: 'udp', host: '127.0.0.1', port: product.sipPort } as const;
  const caller = { username: '+4915112345678', realm: 'carrier.example', password: '' };
  const carrier = await UserAgent.open(t, { ...server, localAddress: '127.0.0.2' }, caller);
  const pbx = await UserAgent.open(t, server, trunk);
  t.equal((await pbx.register({ expires: 600 })).answer.status, 200);
  const uri = `sip:${trunk.dids[0]}@127.0.0.1:${product.sipPort}`;
  const fields = { uri, from: '<sip:+4915112345678@carrier.example>;tag=c1', callId: 'stalled' };
  const headers = [['contact', `<${carrier.contactUri}>`]] as const;
  const answered = carrier.request('INVITE', { ...fields, to: `<${uri}>`, cseq: 1, headers, body: SDP });
  const invite = await pbx.next('INVITE');
  process.kill(product.pid, 'SIGSTOP');
  const more = [
    ['to', `${invite.header('to')};tag=p1`],
    ['contact', `<${pbx.contactUri}>`],
    ['content-type', 'application/sdp'],
  ] as const;
  pbx.respond(invite, 200, more, SDP);
  // The machine's time has to pass for a process that stands still.
  await passed(STALL_MS);
  process.kill(product.pid, 'SIGCONT');
  const answer = await answered;
  t.equal(answer.status, 200);
  const to = answer.header('to') ?? '';
  carrier.socket.send(carrier.build('ACK', { ...fields, to, cseq: 1 }).toBuffer());
  const ended = carrier.request('BYE', { ...fields, to, cseq: 2 });
  pbx.respond(await pbx.next('BYE'), 200);
  t.equal((await ended).status, 200);
});
