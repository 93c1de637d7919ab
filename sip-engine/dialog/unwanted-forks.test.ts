import t from 'tap';
import { responseTo, SDP } from '../control/call-text.ts';
import { requestText, startEngine, udpPeer } from '../engine-test-peer.ts';

t.test(
  'forks that answer late are acknowledged and hung up once each, and no more of them than anybody has',
  async (t) => {
    const { engine, udpPort, errors } = await startEngine(t);
    const lane = engine.attachCalls(() => undefined);
    const peer = await udpPeer(t, udpPort);
    const contact = `<sip:b@127.0.0.1:${peer.port}>`;
    const options = { uri: `sip:b@127.0.0.1:${peer.port}`, headers: { From: '<sip:a@localhost>' }, localSdp: SDP };
    const placed = lane.createUAC(options, { cbRequest: () => undefined, cbProvisional: () => undefined });
    const invite = await peer.next();
    peer.send(responseTo(invite, 200, { tag: 'winner', contact, body: SDP }));
    await placed;
    t.match(await peer.next(), { method: 'ACK', toTag: 'winner' });
    const heard = new Map<string, string[]>();
    const note = async (fork: string) => {
      const { method, toTag } = await peer.next();
      t.equal(toTag, fork);
      heard.set(fork, [...(heard.get(fork) ?? []), method]);
    };
    for (let n = 0; n < 32; n++) {
      peer.send(responseTo(invite, 200, { tag: `fork${n}`, contact, body: SDP }));
      await note(`fork${n}`);
      await note(`fork${n}`);
    }
    for (let n = 32; n < 100; n++) peer.send(responseTo(invite, 200, { tag: `fork${n}`, contact, body: SDP }));
    peer.send(responseTo(invite, 200, { tag: 'fork31', contact, body: SDP }));
    await note('fork31');
    // Behind all of them.
    peer.send(requestText('OPTIONS'));
    t.equal((await peer.next()).cseqMethod, 'OPTIONS');
    t.same(heard.get('fork0'), ['ACK', 'BYE']);
    t.same(heard.get('fork31'), ['ACK', 'BYE', 'ACK']);
    t.equal(heard.size, 32);
    t.equal(engine.stats.dialogs, 1);
    t.same(errors, []);
  },
);
