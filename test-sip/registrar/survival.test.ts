import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import t, { type Test as TapTest } from 'tap';
import { OutgoingMessage, parseMessage, type SipMessage } from '../../sip-engine/index.ts';
import { CARRIER, Leg } from '../support/call.ts';
import { freePort } from '../support/ports.ts';
import { startProduct } from '../support/product.ts';
import { UserAgent } from '../support/user-agent.ts';
import { until } from '../support/wait.ts';
import { startWorld } from './world.ts';

/** A PBX that takes connections at its Contact; what comes is kept, only INVITE is answered: busy. */
async function listenAsPbx(t: TapTest, port: number): Promise<SipMessage[]> {
  const heard: SipMessage[] = [];
  const server = createServer((socket: Socket) => {
    t.teardown(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      if (!/^[A-Z]+ sip/.test(bytes.toString('latin1', 0, 20))) return;
      const message = parseMessage(bytes);
      heard.push(message);
      if (message.method === 'INVITE') socket.write(OutgoingMessage.responseTo(message, 486).toBuffer());
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return heard;
}

t.test('survival', async (t) => {
  const world = await startWorld(t);
  const { product } = world;
  const acme = product.trunk('Acme Corp');

  t.test('a PBX that loses every third answer stays registered and is never refused or banned', async (t) => {
    const pbx = await world.pbx(acme);
    pbx.t1Ms = 60;
    // Of every third request the first answer is lost, be it the challenge or the answer to credentials. What a slow
    // machine has repeated is no request of its own.
    const answered = new Set<string>();
    pbx.isHeard = ({ isRequest, topVia }) => {
      if (isRequest || answered.has(topVia.branch)) return true;
      return answered.add(topVia.branch).size % 3 !== 0;
    };
    const repeated = await world.counted('retransmitted');
    for (let round = 0; round < 30; round++) {
      const { answer } = await pbx.register({ expires: 120 });
      t.equal(answer.status, 200, `round ${round}`);
    }
    t.ok((await world.counted('retransmitted')) > repeated, 'some 200s were lost and asked for again');
    t.equal((await world.registration(acme)).state, 'registered');
    t.equal(await product.metric('didfarm_bans'), 0);
    for (const reason of ['wrong_password', 'nonce_replay', 'stale_cseq', 'rate_limited', 'banned']) {
      t.equal(await world.counted(reason), 0, reason);
    }
  });

  t.test('so does one that gives up on a lost answer and begins anew', async (t) => {
    const pbx = await world.pbx(acme);
    const challenge = await pbx.exchange(pbx.buildRegister());
    for (let nc = 1; nc <= 12; nc++) {
      const bytes = pbx.buildRegister({}, [['authorization', pbx.authorize(challenge, {}, nc)]]);
      if (nc % 3 === 0) pbx.socket.send(bytes);
      else t.equal((await pbx.exchange(bytes)).status, 200, `nc ${nc}`);
    }
    t.equal((await world.registration(acme)).state, 'registered');
  });

  t.test('after kill -9 a PBX over TCP is called over a new connection before any probe was answered', async (t) => {
    // Two that never registered before, so that it shows when their bindings are stored.
    const [clinic, bistro] = [product.trunk('City Clinic'), product.trunk('Bistro Group')];
    const tcp = { transport: 'tcp', host: '127.0.0.1', port: product.sipPort } as const;
    const listening = await freePort();
    const contact = `sip:${clinic.username}@127.0.0.1:${listening};transport=tcp;line=k9`;
    const pbx = await UserAgent.open(t, tcp, clinic);
    t.equal((await pbx.register({ contacts: [`<${contact}>`] })).answer.status, 200);
    const hidden = await UserAgent.open(t, tcp, bistro);
    t.equal((await hidden.register({ contacts: ['<sip:b@10.1.1.1:5060;transport=tcp>'] })).answer.status, 200);
    const heard = await listenAsPbx(t, listening);
    await world.stored(clinic, bistro);
    await product.stop('SIGKILL');
    const again = await startProduct(t, product.env);
    const server = { transport: 'udp', host: '127.0.0.1', port: again.sipPort } as const;
    const carrier = await UserAgent.open(t, { ...server, localAddress: '127.0.0.2' }, CARRIER);
    const call = async (did = '') => {
      const answer = await Leg.place(carrier, `sip:${did}@127.0.0.1:${again.sipPort}`);
      return answer instanceof Leg ? 200 : answer.status;
    };
    t.equal(await call(clinic.dids[0]), 486, 'the PBX was asked');
    await until('it was probed too', () => heard.some((message) => message.method === 'OPTIONS'));
    t.match(
      heard.find((message) => message.method === 'INVITE'),
      { uri: contact },
    );
    t.equal(
      await call(bistro.dids[0]),
      480,
      'nobody can connect to a PBX behind NAT: it is offline until it comes back',
    );
  });
});
