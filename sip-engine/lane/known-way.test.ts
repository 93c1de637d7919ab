import t from 'tap';
import { inviteText, responseTo, SDP } from '../control/call-text.ts';
import { startEngine, udpPeer } from '../engine-test-peer.ts';
import type { LaneRequest } from './types.ts';

t.test(
  'a call goes by the flow it is given, whatever its URI and route say, and not at all once that is gone',
  async (t) => {
    const { engine, udpPort } = await startEngine(t);
    const arrived = Promise.withResolvers<LaneRequest>();
    const lane = engine.attachCalls((req, res) => {
      arrived.resolve(req);
      res.send(603);
    });
    const peer = await udpPeer(t, udpPort);
    peer.send(inviteText('in', peer.port));
    const { sessionToken: flowId } = await arrived.promise;
    for (let answer = await peer.next(); answer.status !== 603; ) answer = await peer.next();
    const place = (flowId: string) =>
      lane
        .createUAC(
          {
            uri: 'sip:b@192.0.2.1',
            proxy: 'sip:192.0.2.2;flow=another',
            way: { flowId, silenceMs: 4000 },
            headers: { From: '<sip:a@localhost>' },
            localSdp: SDP,
          },
          { cbRequest: () => undefined, cbProvisional: () => undefined },
        )
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
    const refused = place(flowId);
    const invite = await peer.next();
    t.match(invite, { method: 'INVITE', uri: 'sip:b@192.0.2.1' });
    peer.send(responseTo(invite, 486, { tag: 'b' }));
    t.match(await refused, { status: 486 });
    t.match(await place('udp/gone'), { message: 'flow is gone' });
  },
);
