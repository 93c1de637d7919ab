import t from 'tap';
import { REFUSING_PORT } from '../engine-test-peer.ts';
import type { ListenPoint } from '../transport/index.ts';
import { JoinedSockets } from './joined-sockets.ts';
import { createWorkerSeats } from './seat.ts';
import { workerPair } from './workers-fixture.ts';

const pointsOf = (...transports: readonly string[]) => transports.map((transport) => ({ transport }) as ListenPoint);

t.test('all have joined when each of the others has a socket at each UDP port', async (t) => {
  const points = pointsOf('udp', 'tcp', 'udp');
  const [home, ...others] = createWorkerSeats(3).map((seat) => new JoinedSockets(seat, () => points));
  t.match(home, { threads: 3, joins: false });
  for (const other of others) {
    t.match(other, { threads: 3, joins: true });
    for (const _port of ['first', 'second']) {
      t.notOk(home?.haveAllJoined());
      other.count();
    }
  }
  t.ok(home?.haveAllJoined() && others.every((other) => other.haveAllJoined()));
});

t.test('"port unreachable" is heard of by every worker once all have joined', async (t) => {
  const pair = await workerPair(t);
  for (const { lane } of [pair.home, pair.other]) {
    const uri = `sip:nobody@127.0.0.1:${REFUSING_PORT}`;
    const placed = lane.createUAC(
      { uri, headers: {}, localSdp: '' },
      { cbRequest: () => undefined, cbProvisional: () => undefined },
    );
    // Time stands still: it is no timer that ends it.
    t.match(await placed.catch((error: unknown) => error), { status: 503 });
  }
});
