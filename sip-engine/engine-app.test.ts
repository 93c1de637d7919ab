import Srf from 'drachtio-srf';
import t from 'tap';
import { requestText, startEngine, udpPeer } from './engine-test-peer.ts';

const OFFER = 'v=0\r\n';

t.test(
  'an attached drachtio app answers a call and hears its end, and REGISTER stays on the direct lane',
  async (t) => {
    const { engine, udpPort } = await startEngine(t);
    engine.onRequest('REGISTER', () => ({ status: 200, lines: [] }));
    const srf = new Srf();
    const ended = Promise.withResolvers<string>();
    srf.invite(async (req, res) => {
      const dialog = await srf.createUAS(req, res, { localSdp: OFFER });
      dialog.on('destroy', () => ended.resolve('destroyed'));
    });
    const server = engine.attachApp({ secret: 'cymru', methods: ['INVITE'] });
    // The published types do not know `server`.
    void srf.listen({ server, secret: 'cymru' } as Parameters<typeof srf.listen>[0]);
    const peer = await udpPeer(t, udpPort);
    peer.send(requestText('REGISTER'));
    t.equal((await peer.next()).status, 200);

    const call = { 'Call-ID': 'app-call', Contact: `<sip:alice@127.0.0.1:${peer.port}>` };
    peer.send(requestText('INVITE', { ...call, 'Content-Type': 'application/sdp', 'Content-Length': '5' }) + OFFER);
    t.equal((await peer.next()).status, 100);
    const ok = await peer.next();
    t.match(ok, { status: 200, cseqMethod: 'INVITE' });
    const to = ok.header('to') ?? '';
    peer.send(requestText('ACK', { ...call, To: to }));
    peer.send(requestText('BYE', { ...call, To: to, CSeq: '2 BYE' }));
    t.match(await peer.next(), { status: 200, cseqMethod: 'BYE' });
    t.equal(await ended.promise, 'destroyed');
    t.equal(engine.stats.apps, 1);
    t.equal(engine.stats.dialogs, 0);
  },
);
